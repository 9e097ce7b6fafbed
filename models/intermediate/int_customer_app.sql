{{ config(meta={'by_customer': 'sorted'}) }}
with events as (
    select * from {{ ref('fct_app_event') }} where customer_no is not null
),

picked as (
    select
        customer_no,
        count(*) as app_event_count,
        count(distinct app_id) as app_installation_count,
        min(event_on) as first_app_use_on,
        max(event_on) as last_app_use_on,
        count(amount) as app_purchase_count,
        sum(amount)::decimal(18, 2) as app_purchase_total,
        max(event_on) filter (where amount is not null) as last_app_purchase_on,
        max({'at': event_at, 'id': event_id, 'kind': event_kind}) filter (where event_at is not null)
            as last_event,
        max({'at': event_at, 'id': event_id, 'version': app_version})
            filter (where event_at is not null and app_version is not null) as last_version
    from events
    group by customer_no
)

select
    * exclude (last_event, last_version),
    last_event.kind as last_app_event_kind,
    last_version.version as app_version
from picked
