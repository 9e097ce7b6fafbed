{#
  What differs between deployments is read from the build database when a model is compiled, so that the parsed
  project is the same for all of them.
#}

{# First days of the calendar months that the mart shows side by side, oldest first. #}
{% macro mart_months() %}
    {% if not execute %}{{ return([]) }}{% endif %}
    {% set found = run_query("select month from raw.mart_month order by month") %}
    {{ return(found.columns[0].values() | map('string') | list) }}
{% endmacro %}

{# Profile columns brought by a deployment's own data sets: [{table, column}]. #}
{% macro extension_columns() %}
    {% if not execute %}{{ return([]) }}{% endif %}
    {% set found = run_query("select table_name, column_name from raw.extension_column order by position") %}
    {% set columns = [] %}
    {% for row in found.rows %}
        {% do columns.append({'table': row[0], 'column': row[1]}) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{#
  Common table expressions, one per month, with one row per customer and the sums of that month: `measures` maps a
  column of `fact` to its series' prefix and type. `within` says which rows are a month's, `{}` stands for its first
  day. A month at a time, few customers' sums are open at once and the file's other months are not read.
#}
{% macro sums_of_months(fact, within, measures) %}
{%- for first_day in mart_months() %}
{%- set day = "date '" ~ first_day[:10] ~ "'" %},

month_{{ first_day[:7] | replace('-', '_') }} as (
    select
        customer_no
        {%- for measure, (prefix, type) in measures.items() %},
        sum({{ measure }})::{{ type }} as {{ prefix }}{{ first_day[:7] | replace('-', '_') }}
        {%- endfor %}
    from {{ fact }}
    where customer_no is not null and {{ within | replace('{}', day) }}
    group by customer_no
)
{%- endfor %}
{% endmacro %}

{# What `sums_of_months` made, joined to the customers in front of it. #}
{% macro join_months() %}
{%- for first_day in mart_months() %}
left join month_{{ first_day[:7] | replace('-', '_') }} using (customer_no)
{%- endfor %}
{% endmacro %}

{# The columns that `sums_of_months` made, as a list to select. #}
{% macro monthly_columns(prefix) %}
{%- for first_day in mart_months() %}
    {{ prefix }}{{ first_day[:7] | replace('-', '_') }},
{%- endfor %}
{% endmacro %}

{# What the deployment lets the engine use: memory, threads. #}
{% macro take_settings() %}
    {% if execute %}
        {% for row in run_query("select name, value from raw.engine_setting").rows %}
            {% do run_query("set " ~ row[0] ~ " = '" ~ row[1] ~ "'") %}
        {% endfor %}
    {% endif %}
{% endmacro %}
