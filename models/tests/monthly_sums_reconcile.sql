-- Each month's column of the profile must add up to the fact's rows of that month.
{% set series = [
    ('fct_usage_monthly', 'month', 'voice_minutes', 'voice_minutes_'),
    ('fct_usage_monthly', 'month', 'data_mb', 'data_mb_'),
    ('fct_usage_monthly', 'month', 'sms_count', 'sms_count_'),
    ('fct_usage_monthly', 'month', 'roaming_minutes', 'roaming_minutes_'),
    ('fct_charge', "date_trunc('month', charged_on)", 'amount', 'charged_'),
    ('fct_payment', "date_trunc('month', paid_on)", 'amount', 'paid_'),
] %}
-- depends_on: {{ ref('customer_360') }} {{ ref('fct_usage_monthly') }} {{ ref('fct_charge') }} {{ ref('fct_payment') }}
{% set months = mart_months() %}
{% if not months %}
select 1 as nothing_to_compare where false
{% endif %}
{% for table, month, measure, prefix in series %}
{% set outer = loop %}
{% for first_day in months %}
{% set column = prefix ~ first_day[:7] | replace('-', '_') %}
select
    '{{ column }}' as column_name,
    (select coalesce(sum({{ column }}), 0) from {{ ref('customer_360') }}) as profile,
    (
        select coalesce(sum({{ measure }}), 0) from {{ ref(table) }}
        where customer_no is not null and {{ month }} = date '{{ first_day[:10] }}'
    ) as fact
where profile <> fact
{% if not (outer.last and loop.last) %}union all{% endif %}
{% endfor %}
{% endfor %}
