-- The one communication history: a row per communication with a customer, whoever began it. Contacts are rows as the
-- systems of the channels tell them, in either direction; a request of the service desk is the communication by which
-- it came in, in the request's newest state. A source maps a communication to one of the two data sets: `origin` says
-- to which, and (origin, contact_id) names it. Answers to contacts are no rows of their own here, see fct_response.
with contacts as (
    select *, case when customer_id is null then subscription_id end as reached_subscription
    from {{ ref('stg_contact') }}
),

subscriptions as (
    select subscription_id, customer_no from {{ ref('dim_subscription') }}
),

responded as (
    select distinct contact_id from {{ ref('stg_response') }} where contact_id is not null
),

requests as (
    select * from {{ ref('fct_service_request') }}
)

select
    coalesce(customers.customer_no, subscriptions.customer_no) as customer_no,
    contacts.subscription_id,
    'contact' as origin,
    contacts.contact_id,
    contacts.contacted_at__date as contacted_on,
    contacts.contacted_at,
    contacts.direction,
    contacts.channel,
    contacts.campaign,
    null::varchar as category,
    null::varchar as subcategory,
    contacts.result,
    null::varchar as status,
    null::varchar as responsible,
    contacts.address,
    responded.contact_id is not null as responded
from contacts
left join {{ ref('int_customer_key') }} as customers using (customer_id)
left join subscriptions on contacts.reached_subscription = subscriptions.subscription_id
left join responded on contacts.contact_id = responded.contact_id
union all
select
    customer_no,
    subscription_id,
    'service_request',
    request_id,
    received_on,
    received_at,
    'in',
    channel,
    null,
    topic,
    subtopic,
    null,
    status,
    responsible,
    null,
    null
from requests
