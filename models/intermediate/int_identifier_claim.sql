{{ config(materialized='view') }}
-- What each source says: which identifier is whose, and in which days (both ends count, NULL = no end is known).
-- `raw.identifier_value` gives the one form of a value; what can't be such an identifier is none.
-- What is said of a customer who was merged away is the survivor's, and so is the id that was given up.
with customers as (
    select
        numbers.customer_no,
        customer_id,
        customers.tax_id,
        customers.phone,
        customers.email,
        concat_ws(':', 'customer', numbers.customer_no, case when survivors.survivor_id is not null then customer_id end)
            as claim_id
    from {{ ref('stg_customer') }} as customers
    inner join {{ ref('int_customer_number') }} as numbers using (customer_id)
    left join {{ ref('int_customer_survivor') }} as survivors using (customer_id)
),

subscriptions as (
    select * from {{ ref('dim_subscription') }}
),

accounts as (
    select * from {{ ref('dim_account') }}
),

-- The register of identifiers names owners at any level; where it names two that are not one customer's, both claim it.
registered as (
    select lower(said.kind) as kind, said.value, said.valid_from, said.valid_to, customers.customer_no
    from {{ ref('stg_identifier') }} as said
    inner join customers using (customer_id)
    union
    select lower(said.kind), said.value, said.valid_from, said.valid_to, accounts.customer_no
    from {{ ref('stg_identifier') }} as said
    inner join accounts using (account_id)
    union
    select lower(said.kind), said.value, said.valid_from, said.valid_to, subscriptions.customer_no
    from {{ ref('stg_identifier') }} as said
    inner join subscriptions using (subscription_id)
),

claims as (
    select
        'subscription:' || subscription_id as claim_id,
        'subscription' as origin,
        customer_no,
        'msisdn' as kind,
        raw.identifier_value('msisdn', msisdn) as value,
        activated_on as valid_from,
        deactivated_on as valid_to
    from subscriptions
    union all
    select
        'account:' || account_id,
        'account',
        customer_no,
        'account',
        raw.identifier_value('account', account_id),
        opened_on,
        closed_on
    from accounts
    union all
    select claim_id || ':tax_id', 'customer', customer_no, 'tax_id',
        raw.identifier_value('tax_id', tax_id), null, null
    from customers
    union all
    select claim_id || ':phone', 'customer', customer_no, 'phone',
        raw.identifier_value('phone', phone), null, null
    from customers
    union all
    select claim_id || ':email', 'customer', customer_no, 'email',
        raw.identifier_value('email', email), null, null
    from customers
    union all
    select claim_id || ':merged_id', 'customer', customer_no, 'merged_id',
        raw.identifier_value('merged_id', customer_id), null, null
    from customers
    semi join {{ ref('int_customer_survivor') }} using (customer_id)
    union all
    select
        'identifier:' || customer_no || ':' || kind || ':' || row_number() over (
            partition by customer_no, kind order by valid_from nulls first, value, valid_to
        ),
        'identifier',
        customer_no,
        kind,
        raw.identifier_value(kind, value),
        valid_from,
        valid_to
    from registered
)

-- A row whose owner is not known, or is no customer any more, identifies nobody.
select claims.*
from claims
semi join customers using (customer_no)
where claims.value is not null
