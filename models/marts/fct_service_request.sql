-- The first name that a request gives decides whose it is: the customer, else the number, else the account.
with requests as (
    select
        *,
        case when customer_id is null then subscription_id end as asking_subscription,
        case when customer_id is null and subscription_id is null then account_id end as asking_account
    from {{ ref('stg_service_request') }}
),

subscriptions as (
    select subscription_id, customer_no from {{ ref('dim_subscription') }}
),

accounts as (
    select account_id, customer_no from {{ ref('dim_account') }}
)

select
    coalesce(customers.customer_no, subscriptions.customer_no, accounts.customer_no) as customer_no,
    requests.account_id,
    requests.subscription_id,
    requests.request_id,
    requests.received_at__date as received_on,
    requests.received_at,
    requests.taken_at,
    requests.closed_at,
    requests.channel,
    requests.topic,
    requests.subtopic,
    requests.title,
    requests.title__folded,
    requests.status,
    requests.priority,
    requests.responsible,
    requests.repeated,
    requests.score,
    date_diff('minute', requests.received_at, requests.taken_at) as minutes_to_taken,
    date_diff('minute', requests.received_at, requests.closed_at) as minutes_to_closed
from requests
left join {{ ref('int_customer_key') }} as customers using (customer_id)
left join subscriptions on requests.asking_subscription = subscriptions.subscription_id
left join accounts on requests.asking_account = accounts.account_id
