{#
  What is wide and has a row per customer is put together for some customers at a time, in the order of their numbers: what
  is joined and sorted for them fits into memory, and of inputs that lie by customer the part about them alone is read.
  `meta.by_customer` of a model asks for it: 'slices'; 'sorted' for one file in this order, of what is narrow or made of inputs
  that lie otherwise. `raw.customer_slice` is made before dbt starts; with one slice there is one file.
#}

{# [[first number, last number], ...] in order; empty where all customers are taken at once. #}
{% macro customer_slices() %}
    {%- if config.get('meta', {}).get('by_customer') != 'slices' -%}{{ return([]) }}{%- endif -%}
    {%- set found = run_query("select first_no, last_no from raw.customer_slice order by first_no").rows -%}
    {{ return(found if found | length > 1 else []) }}
{% endmacro %}

{# The rows of a slice in order. #}
{% macro slice_rows(sql, slice) -%}
    select * from (
{{ sql }}
    ) where customer_no between {{ slice[0] | int }}::uinteger and {{ slice[1] | int }}::uinteger order by customer_no
{%- endmacro %}

{# A file per slice, NAME-PLACE.parquet. #}
{% macro write_slices(sql, slices, place) %}
    {%- do group_in_place(true) -%}
    {%- for slice in slices -%}
        {%- do run_query(
            "copy (" ~ slice_rows(sql, slice) ~ ") to '" ~ place ~ "/" ~ this.identifier ~ '-%05d' % loop.index ~ ".parquet' "
            ~ file_format()
        ) -%}
    {%- endfor -%}
    {%- do group_in_place(false) -%}
{% endmacro %}

{#
  One file, and beside it a database with the same rows, NAME.duckdb: the slices are collected there, in order, and the
  release takes it over to scan.
#}
{% macro collect_slices(sql, slices, place) %}
    {%- set rows = "collected." ~ this.identifier -%}
    {%- do group_in_place(true) -%}
    {%- do run_query("attach '" ~ place ~ "/" ~ this.identifier ~ ".duckdb' as collected") -%}
    {%- for slice in slices -%}
        {%- set into = "create table " ~ rows ~ " as " if loop.first else "insert into " ~ rows ~ " " -%}
        {%- do run_query(into ~ slice_rows(sql, slice)) -%}
    {%- endfor -%}
    {%- do group_in_place(false) -%}
    {%- do run_query("set preserve_insertion_order = true") -%}
    {%- do run_query("copy " ~ rows ~ " to '" ~ place ~ "/" ~ this.identifier ~ ".parquet' " ~ file_format()) -%}
    {%- do run_query("set preserve_insertion_order = false") -%}
    {%- do run_query("detach collected") -%}
{% endmacro %}

{# Groups by a number within the bounds of a slice are kept in an array of that size: they need not be looked up. #}
{% macro group_in_place(within) %}
    {%- do run_query("set perfect_ht_threshold = 18" if within else "reset perfect_ht_threshold") -%}
{% endmacro %}
