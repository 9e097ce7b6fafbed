-- Each month's column of the profile must add up to the fact's rows of that month. One scan of each table.
{% set facts = {
    'fct_usage_monthly': ('month', {
        'voice_minutes': 'voice_minutes_',
        'data_mb': 'data_mb_',
        'sms_count': 'sms_count_',
        'roaming_minutes': 'roaming_minutes_',
    }),
    'fct_charge': ("date_trunc('month', charged_on)::date", {'amount': 'charged_'}),
    'fct_payment': ("date_trunc('month', paid_on)::date", {'amount': 'paid_'}),
    'fct_balance_monthly': ('month', {'balance': 'balance_', 'debt': 'debt_', 'overdue': 'overdue_'}),
} %}
{% set months = mart_months() %}
with sums_of_profile as (
    select
        {%- for table, (month, series) in facts.items() %}
        {%- for prefix in series.values() %}
        {%- for first_day in months %}
        {%- set column = prefix ~ first_day[:7] | replace('-', '_') %}
        coalesce(sum({{ column }}), 0)::decimal(38, 2) as {{ column }},
        {%- endfor %}
        {%- endfor %}
        {%- endfor %}
        0::decimal(38, 2) as of_no_month
    from {{ ref('customer_360') }}
),

profile as (
    unpivot sums_of_profile on columns(*) into name series value total
)
{%- for table, (month, series) in facts.items() %},

{{ table }}_months as (
    select
        {%- for measure, prefix in series.items() %}
        coalesce(sum({{ measure }}), 0)::decimal(38, 2) as {{ prefix }},
        {%- endfor %}
        strftime({{ month }}, '%Y_%m') as month,
        {{ month }} as first_day
    from {{ ref(table) }}
    where customer_no is not null
    group by all
),

{{ table }}_sums as (
    unpivot {{ table }}_months on {{ series.values() | join(', ') }} into name prefix value total
)
{%- endfor %},

facts as (
    {%- for table in facts %}
    select prefix || month as series, total
    from {{ table }}_sums
    semi join raw.mart_month on {{ table }}_sums.first_day = mart_month.month
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select series, profile.total as in_profile, facts.total as in_fact
from profile
full join facts using (series)
where coalesce(profile.total, 0) <> coalesce(facts.total, 0)
