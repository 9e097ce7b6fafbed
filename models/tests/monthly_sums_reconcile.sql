-- Each month's column of the profile must add up to the fact's rows of that month. One scan of each table.
{% set facts = {
    'fct_usage_monthly': ('month', {
        'voice_minutes': 'voice_minutes_',
        'data_mb': 'data_mb_',
        'sms_count': 'sms_count_',
        'roaming_minutes': 'roaming_minutes_',
    }),
    'fct_charge': ("date_trunc('month', charged_on)", {'amount': 'charged_'}),
    'fct_payment': ("date_trunc('month', paid_on)", {'amount': 'paid_'}),
    'fct_balance_monthly': ('month', {'balance': 'balance_', 'debt': 'debt_', 'overdue': 'overdue_'}),
} %}
{% set months = mart_months() %}
with profile as (
    select
        {%- for table, (month, series) in facts.items() %}
        {%- for measure, prefix in series.items() %}
        {%- for first_day in months %}
        {%- set column = prefix ~ first_day[:7] | replace('-', '_') %}
        coalesce(sum({{ column }}), 0) as {{ column }},
        {%- endfor %}
        {%- endfor %}
        {%- endfor %}
        count(*) as customers
    from {{ ref('customer_360') }}
)
{%- for table, (month, series) in facts.items() %},

{{ table }}_sums as (
    select
        {%- for measure, prefix in series.items() %}
        {%- for first_day in months %}
        coalesce(sum({{ measure }}) filter (where {{ month }} = date '{{ first_day[:10] }}'), 0)
            as {{ prefix }}{{ first_day[:7] | replace('-', '_') }},
        {%- endfor %}
        {%- endfor %}
        count(*) as events
    from {{ ref(table) }}
    where customer_no is not null
)
{%- endfor %}

select profile.*
from profile, {{ facts | map('string') | join('_sums, ') }}_sums
where false
    {%- for table, (month, series) in facts.items() %}
    {%- for measure, prefix in series.items() %}
    {%- for first_day in months %}
    {%- set column = prefix ~ first_day[:7] | replace('-', '_') %}
    or profile.{{ column }} <> {{ table }}_sums.{{ column }}
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
