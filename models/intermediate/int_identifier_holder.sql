-- Whose a number or an installation of the app was on a day: [held_from, held_before). Days on which several customers
-- are said to have it, the day of a handover included, are left out: nobody is guessed.
with subscriptions as (
    select * from {{ ref('dim_subscription') }}
),

installations as (
    select
        said.value,
        said.valid_from,
        said.valid_to,
        case
            when said.customer_id is not null then customers.customer_no
            when said.subscription_id is not null then subscriptions.customer_no
            else accounts.customer_no
        end as customer_no
    from {{ ref('stg_identifier') }} as said
    left join {{ ref('int_customer_key') }} as customers using (customer_id)
    left join subscriptions on said.subscription_id = subscriptions.subscription_id
    left join {{ ref('dim_account') }} as accounts on said.account_id = accounts.account_id
    where lower(said.kind) = 'app_id'
),

claims as (
    select
        'msisdn' as kind,
        raw.identifier_value('msisdn', msisdn) as value,
        customer_no,
        subscription_id,
        coalesce(activated_on, date '0001-01-01') as begins,
        coalesce(deactivated_on + 1, date '9999-12-31') as ends
    from subscriptions
    union all
    select
        'app_id',
        raw.identifier_value('app_id', value),
        customer_no,
        null,
        coalesce(valid_from, date '0001-01-01'),
        coalesce(valid_to + 1, date '9999-12-31')
    from installations
),

known_claims as (
    select * from claims where value is not null and begins < ends
),

-- Nearly all are claimed once. Only the others are cut at every day on which a claim begins or ends.
repeated as (
    select kind, value from known_claims group by kind, value having count(*) > 1
),

contested as (
    select * from known_claims semi join repeated using (kind, value)
),

edges as (
    select kind, value, begins as held_from from contested
    union
    select kind, value, ends from contested
),

runs as (
    select *, lead(held_from) over (partition by kind, value order by held_from) as held_before
    from edges
),

held as (
    select
        runs.kind,
        runs.value,
        runs.held_from,
        runs.held_before,
        any_value(contested.customer_no) as customer_no,
        case when count(distinct contested.subscription_id) = 1 then any_value(contested.subscription_id) end
            as subscription_id
    from runs
    inner join contested
        on
            runs.kind = contested.kind
            and runs.value = contested.value
            and runs.held_from >= contested.begins
            and runs.held_before <= contested.ends
    group by runs.kind, runs.value, runs.held_from, runs.held_before
    having count(contested.customer_no) = count(*) and count(distinct contested.customer_no) = 1
)

select kind, value, begins as held_from, ends as held_before, customer_no, subscription_id
from known_claims
anti join repeated using (kind, value)
union all
select * from held
