{#
  Which source is believed (docs/decisions/0011): attributes of the customer that more than one source claims and whose
  group has an order of precedence. [{name, type, folded, shown, claims: [{dataset, source, column, place}]}]
#}
{% macro precedence() %}
    {% if not execute %}{{ return([]) }}{% endif %}
    {% set ordered = {} %}
    {% for row in run_query("select * from raw.precedence order by position, place, dataset").rows %}
        {% if row['attribute'] not in ordered %}
            {% do ordered.update({row['attribute']: {
                'name': row['attribute'], 'type': row['type'], 'folded': row['folded'], 'shown': row['shown'], 'claims': []
            }}) %}
        {% endif %}
        {% do ordered[row['attribute']].claims.append(
            {'dataset': row['dataset'], 'source': row['source'], 'column': row['column_name'], 'place': row['place']}
        ) %}
    {% endfor %}
    {{ return(ordered.values() | list) }}
{% endmacro %}

{# The claim that goes before all others: `said` of the greatest, as a total order. #}
{% macro first_claim(said) -%}
arg_max({{ said }}, (-turn, coalesce(registered_on, date '0001-01-01'), coalesce(registry_key, '')))
{%- endmacro %}

{# The same order where claims are ranked: the first is believed. #}
{% macro by_belief() -%}
turn, registered_on desc nulls last, registry_key desc nulls last
{%- endmacro %}

{# A claimed value in the attribute's own type. #}
{% macro typed_value(attribute, said) -%}
{{ said if attribute.type == 'VARCHAR' else 'try_cast(' ~ said ~ ' as ' ~ attribute.type ~ ')' }}
{%- endmacro %}

{#
  A column of the row `customers`, or what the sources in their order say instead, where `preferred` has it: a struct with
  NULL in it is a value that was cleared.
#}
{% macro preferred_value(name, ordered, part='value') -%}
{%- set suffix = '__folded' if part == 'folded' else '' -%}
{%- if ordered | selectattr('name', 'equalto', name) | list -%}
case when preferred.{{ name }} is null then customers.{{ name }}{{ suffix }} else preferred.{{ name }}.{{ part }} end
{%- else -%}
customers.{{ name }}{{ suffix }}
{%- endif -%}
{%- endmacro %}

{# The same for all of them, as a list for `replace`. #}
{% macro preferred_columns(ordered) -%}
{%- for attribute in ordered %}
{{ preferred_value(attribute.name, ordered) }} as {{ attribute.name }}
{%- if attribute.folded %},
{{ preferred_value(attribute.name, ordered, 'folded') }} as {{ attribute.name }}__folded
{%- endif %}
{{- ',' if not loop.last }}
{%- endfor %}
{%- endmacro %}

{# One row per key (`by`) with a struct {value, folded} per attribute from rows (key, attribute, chosen). #}
{% macro preferred_wide(ordered, by, chosen) %}
select
    {{ by }}
    {%- for attribute in ordered %},
    any_value(struct_pack(value := {{ typed_value(attribute, 'chosen.value') }}, folded := chosen.folded))
        filter (where attribute = '{{ attribute.name }}') as {{ attribute.name }}
    {%- endfor %}
from {{ chosen }}
group by {{ by }}
{% endmacro %}
