{#
  What a source says now about each key. Events that are appended are all kept; of a row that is sent again the
  latest version counts: by the date from which it was known, then by load, then by its place in the file.
  (Of a data set that is sent in full, only the newest file of each source is part of the raw view.)
  Nearly all keys were sent once. Only versions of the others are sorted, found by a hash that is cheap to group by;
  two keys that share a hash by chance are told apart by the sorting. Where nearly all rows come from one load, which has
  each key once, only keys that the others have too can have been sent twice.
#}
{% macro current_rows(dataset, key) %}
{%- set marks = '_source, _load_mode, _known_from, _load_order, _row' -%}
{%- set main = main_load(dataset) -%}
{%- if main and main['alone'] -%}
select * exclude ({{ marks }}) from {{ source('raw', dataset) }}
{%- else -%}
with versions as not materialized (
    select *, hash({{ key | join(', ') }}) as _same
    from {{ source('raw', dataset) }}
    where _load_mode <> 'append'
),

repeated as (
    {%- if main %}
    select distinct _same from versions where _load_order <> {{ main['load_order'] }}
    {%- else %}
    select _same from versions group by _same having count(*) > 1
    {%- endif %}
)

select * exclude ({{ marks }})
from {{ source('raw', dataset) }}
where _load_mode = 'append'
union all
select * exclude ({{ marks }}, _same)
from versions
anti join repeated using (_same)
union all
(
    select * exclude ({{ marks }}, _same)
    from versions
    semi join repeated using (_same)
    qualify row_number() over (
        partition by {{ key | join(', ') }}
        order by _known_from desc, _load_order desc, _row desc
    ) = 1
)
{%- endif %}
{% endmacro %}

{# The load that holds nearly all rows of a data set (see warehouse/builds/main_loads.py); none where there is none. #}
{% macro main_load(dataset) %}
    {%- if not execute -%}{{ return(none) }}{%- endif -%}
    {%- set found = run_query("select * from raw.main_load where dataset = '" ~ dataset ~ "'").rows -%}
    {{ return(found[0] if found else none) }}
{% endmacro %}
