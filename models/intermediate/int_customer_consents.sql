{% set channels = ['email', 'sms', 'telegram', 'call', 'push'] %}
-- The newest statement about marketing per channel, the contact persons' included. Of one instant a withdrawal counts.
with statements as (
    select
        customer_no,
        channel,
        decision,
        stated_on,
        (coalesce(stated_at, timestamp '0001-01-01 00:00:00'), decision = 'withdrawn', consent_id) as age_rank
    from {{ ref('fct_consent') }}
    where customer_no is not null and coalesce(purpose, 'marketing') = 'marketing'
)

select
    customer_no,
    {%- for channel in channels %}
    max_by(decision, age_rank) filter (where channel = '{{ channel }}') as consent_{{ channel }},
    max_by(stated_on, age_rank) filter (where channel = '{{ channel }}') as consent_{{ channel }}_on,
    {%- endfor %}
    max(stated_on) filter (where decision = 'withdrawn') as last_consent_withdrawn_on
from statements
group by customer_no
