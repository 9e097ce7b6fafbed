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

{# One column per month: `prefix` + YYYY_MM = the sum of `measure` over that month's rows. #}
{% macro monthly_sums(measure, month, prefix, type) %}
{%- for first_day in mart_months() %}
    sum({{ measure }}) filter (where {{ month }} = date '{{ first_day[:10] }}')::{{ type }}
        as {{ prefix }}{{ first_day[:7] | replace('-', '_') }},
{%- endfor %}
{% endmacro %}

{# The columns that `monthly_sums` made, as a list to select. #}
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
