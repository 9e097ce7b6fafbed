{{ config(meta={'months_of': {'dataset': 'app_event', 'day': 'event_at__date'}}) }}
-- Whose an event is: the customer that it names, else who had its number on that day, else its installation.
with events as (
    select
        *,
        case when customer_id is null then raw.identifier_value('msisdn', msisdn) end as number,
        case when customer_id is null then raw.identifier_value('app_id', app_id) end as installation
    from {{ ref('stg_app_event') }}
),

numbers as (
    select * from {{ ref('int_identifier_holder') }} where kind = 'msisdn'
),

installations as (
    select * from {{ ref('int_identifier_holder') }} where kind = 'app_id'
)

select
    coalesce(customers.customer_no, numbers.customer_no, installations.customer_no) as customer_no,
    numbers.subscription_id,
    events.event_id,
    events.event_at__date as event_on,
    events.event_at,
    events.event_kind,
    events.item,
    events.amount,
    events.app_id,
    events.app_version,
    events.msisdn,
    events.latitude,
    events.longitude
from events
left join {{ ref('int_customer_key') }} as customers using (customer_id)
left join numbers
    on
        events.number = numbers.value
        and events.event_at__date >= numbers.held_from
        and events.event_at__date < numbers.held_before
left join installations
    on
        events.installation = installations.value
        and events.event_at__date >= installations.held_from
        and events.event_at__date < installations.held_before
