{{ config(meta={'by_customer': 'sorted'}) }}
-- The greatest struct is the last contact, ties by id. A contact of unknown direction is counted neither way.
{% set channels = ['email', 'sms', 'telegram', 'call', 'push'] %}
with contacts as (
    select * from {{ ref('fct_contact') }} where customer_no is not null
),

picked as (
    select
        customer_no,
        count(*) filter (where direction = 'out') as contact_count,
        min(contacted_on) filter (where direction = 'out') as first_contacted_on,
        max(contacted_on) filter (where direction = 'out') as last_contacted_on,
        max({'at': contacted_at, 'id': contact_id, 'channel': channel, 'result': result})
            filter (where direction = 'out' and contacted_at is not null) as last_contact,
        max({'at': contacted_at, 'id': contact_id, 'campaign': campaign})
            filter (where direction = 'out' and contacted_at is not null and campaign is not null) as last_campaign,
        count(*) filter (where direction = 'out' and result in ('delivered', 'opened', 'answered'))
            as reached_contact_count,
        count(*) filter (where direction = 'out' and result in ('failed', 'not_answered'))
            as failed_contact_count,
        count(*) filter (where direction = 'out' and (responded or result = 'answered'))
            as answered_contact_count,
        {%- for channel in channels %}
        count(*) filter (where direction = 'out' and channel = '{{ channel }}') as {{ channel }}_contact_count,
        max(contacted_on) filter (where direction = 'out' and channel = '{{ channel }}')
            as last_{{ channel }}_contact_on,
        {%- endfor %}
        count(*) filter (where direction = 'in') as incoming_contact_count,
        max(contacted_on) filter (where direction = 'in') as last_incoming_contact_on,
        max({'at': contacted_at, 'origin': origin, 'id': contact_id, 'channel': channel})
            filter (where direction = 'in' and contacted_at is not null) as last_incoming
    from contacts
    group by customer_no
)

select
    * exclude (last_contact, last_campaign, last_incoming),
    last_contact.channel as last_contact_channel,
    last_contact.result as last_contact_result,
    last_campaign.campaign as last_contact_campaign,
    last_incoming.channel as last_incoming_contact_channel
from picked
