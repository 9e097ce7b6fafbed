{#
  What sources said of each key and say no more, as rows of a history table (docs/decisions/0009): `columns` of the data
  set with the days for which and on which they held.
#}
{% macro past_versions(dataset, key, columns) %}
with {{ told_pieces(dataset, key, columns) }},
{{ past_pieces(columns) }}
{% endmacro %}

{#
  CTEs, of which the last is `pieces`: what was said of a key (`id`), `said`, from the day `since` to the day before
  `until` (9999-12-31: still). Nearly all keys were told once, on the first day: nothing of them is past, and unless `all`
  are asked for they are left out before rows are put in order; `also` may name a relation of further ids that are wanted.
  `among`: a condition on the rows that are looked at.
  `told` has a row per key and load, also of files that were replaced; its `until` is the day from which a newer file that
  tells everything says otherwise.
#}
{% macro told_pieces(dataset, key, columns, all=false, also='', among='') %}
{%- set values = columns | join(', ') -%}
first_day as (
    select min(_known_from) as day
    from (
        select _known_from from {{ source('raw', dataset) }} where _load_mode <> 'append'
        union all
        select _known_from from {{ source('raw', dataset ~ '_replaced') }}
    )
),

{% if not all -%}
heads as not materialized (
    select hash({{ key }}) as same, _known_from as since, null::date as until
    from {{ source('raw', dataset) }}
    where _load_mode <> 'append'
    union all
    select hash({{ key }}), _known_from, _until from {{ source('raw', dataset ~ '_replaced') }}
),

wanted as (
    select same
    from heads
    group by same
    having count(*) > 1 or count(until) > 0 or min(since) > (select day from first_day)
    {%- if also %}
    union
    select hash(id) from {{ also }}
    {%- endif %}
),
{%- endif %}

told as (
    select {{ key }} as id, hash({{ key }}) as same, struct_pack({{ values }}) as said, _known_from as since,
        null::date as until, _load_order, _row
    from {{ source('raw', dataset) }}
    where _load_mode <> 'append' {{- ' and ' ~ among if among }}
    union all
    select {{ key }}, hash({{ key }}), struct_pack({{ values }}), _known_from, _until, _load_order, _row
    from {{ source('raw', dataset ~ '_replaced') }}
    {{- ' where ' ~ among if among }}
),

placed as (
    select
        id, said, since, until,
        row_number() over told_in_order as place,
        lead(since) over told_in_order as next_since
    from told
    {%- if not all %}
    semi join wanted using (same)
    {%- endif %}
    window told_in_order as (partition by id order by since, _load_order, _row)
),

-- Days between the end of a row and the next one: what an older row of another source still says counts there.
gaps as (
    select id, place, until as begins, coalesce(next_since, date '9999-12-31') as ends
    from placed
    where until < coalesce(next_since, date '9999-12-31')
),

gap_days as (
    select id, place, ends, begins as day from gaps
    union
    select gaps.id, gaps.place, gaps.ends, older.until
    from gaps
    inner join placed as older on older.id = gaps.id and older.place < gaps.place
    where older.until > gaps.begins and older.until < gaps.ends
),

gap_pieces as (
    select *, coalesce(lead(day) over (partition by id, place order by day), ends) as next_day from gap_days
),

still_said as (
    select gap.id, gap.day as since, gap.next_day as until, max_by(older.said, older.place) as said
    from gap_pieces as gap
    inner join placed as older on older.id = gap.id and older.place < gap.place
    where older.until is null or older.until > gap.day
    group by gap.id, gap.day, gap.next_day
),

pieces as (
    select
        id, since, said,
        least(coalesce(until, date '9999-12-31'), coalesce(next_since, date '9999-12-31')) as until
    from placed
    union all
    select id, since, said, until from still_said
)
{% endmacro %}

{# The rest of the statement: rows of the history table from such pieces, `said` a struct of `columns`. #}
{% macro past_pieces(columns, pieces='pieces') %}
compared as (
    select
        *,
        coalesce(
            said is not distinct from lag(said) over by_day and since = lag(until) over by_day, false
        ) as continued
    from {{ pieces }}
    where since < until
    window by_day as (partition by id order by since)
),

numbered as (
    select *, count(*) filter (where not continued) over (partition by id order by since) as version from compared
),

versions as (
    select
        id,
        version,
        min(since) as since,
        nullif(max(until), date '9999-12-31') as until,
        min_by(said, since) as said
    from numbered
    group by id, version
),

followed as (
    select *, lead(since) over (partition by id order by version) as next_since from versions
)

select
    id,
    case when version > 1 then since end as held_from,
    until as held_to,
    since as known_from,
    null::date as known_to,
    true as present,
    unnest(said)
from followed
where until is not null
union all
select
    id, until, next_since, until, null, false
    {%- for column in columns %}, null{% endfor %}
from followed
where until < coalesce(next_since, date '9999-12-31')
union all
select
    id, null, null, null, since, false
    {%- for column in columns %}, null{% endfor %}
from followed
where version = 1 and since > (select day from first_day)
{% endmacro %}
