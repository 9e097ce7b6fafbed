{{ config(meta={'by_customer': 'sorted'}) }}
{% set channels = ['email', 'sms', 'telegram', 'call', 'push'] %}
-- The newest statement about marketing per channel, the contact persons' included. Of one instant a withdrawal counts.
with statements as (
    select
        customer_no,
        channel,
        decision,
        stated_on,
        {'decision': decision, 'stated_on': stated_on} as said,
        (coalesce(stated_at, timestamp '0001-01-01 00:00:00'), decision = 'withdrawn', consent_id) as age_rank
    from {{ ref('fct_consent') }}
    where customer_no is not null and coalesce(purpose, 'marketing') = 'marketing'
),

newest as (
    select
        customer_no,
        {%- for channel in channels %}
        max_by(said, age_rank) filter (where channel = '{{ channel }}') as {{ channel }},
        {%- endfor %}
        max(stated_on) filter (where decision = 'withdrawn') as last_consent_withdrawn_on
    from statements
    group by customer_no
)

select
    customer_no,
    {%- for channel in channels %}
    {{ channel }}.decision as consent_{{ channel }},
    {{ channel }}.stated_on as consent_{{ channel }}_on,
    {%- endfor %}
    last_consent_withdrawn_on
from newest
