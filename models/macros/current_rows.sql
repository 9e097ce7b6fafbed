{#
  What a source says now about each key. Events that are appended are all kept; of a row that is sent again the
  latest version counts: by the date from which it was known, then by load, then by its place in the file.
  (Of a data set that is sent in full, only the newest file of each source is part of the raw view.)
#}
{% macro current_rows(dataset, key) %}
select * exclude (_load_mode, _known_from, _load_order, _row)
from {{ source('raw', dataset) }}
where _load_mode = 'append'
union all
(
    select * exclude (_load_mode, _known_from, _load_order, _row)
    from {{ source('raw', dataset) }}
    where _load_mode <> 'append'
    qualify row_number() over (
        partition by {{ key | join(', ') }}
        order by _known_from desc, _load_order desc, _row desc
    ) = 1
)
{% endmacro %}
