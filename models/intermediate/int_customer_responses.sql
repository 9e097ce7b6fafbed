{{ config(meta={'by_customer': 'sorted'}) }}
{% set channels = ['email', 'sms', 'telegram', 'call', 'push'] %}
with responses as (
    select * from {{ ref('fct_response') }} where customer_no is not null
),

picked as (
    select
        customer_no,
        count(*) as response_count,
        max(responded_on) as last_response_on,
        max({'at': responded_at, 'id': response_id, 'kind': response_kind})
            filter (where responded_at is not null) as last_response,
        max({'at': responded_at, 'id': response_id, 'campaign': campaign})
            filter (where responded_at is not null and campaign is not null) as last_campaign,
        count(*) filter (where response_type = 'interest') as interest_response_count,
        max(responded_on) filter (where response_type = 'interest') as last_interest_on,
        count(*) filter (where response_type = 'purchase') as purchase_response_count,
        max(responded_on) filter (where response_type = 'purchase') as last_purchase_response_on,
        sum(amount) filter (where response_type = 'purchase')::decimal(18, 2) as response_purchase_total,
        count(*) filter (where response_kind = 'complained') as complaint_response_count,
        {%- for channel in channels %}
        max(responded_on) filter (where response_kind = 'unsubscribed' and channel = '{{ channel }}')
            as {{ channel }}_unsubscribed_on,
        {%- endfor %}
        max(responded_on) filter (where response_kind = 'unsubscribed') as last_unsubscribed_on
    from responses
    group by customer_no
)

select
    * exclude (last_response, last_campaign),
    last_response.kind as last_response_kind,
    last_campaign.campaign as last_response_campaign
from picked
