{#
  A model is written as a file, or as one file per month, which later models read through a view. A table of the
  release is so written once: laid out as the catalogue says, its files are those that the release takes over. The
  files of the others go when it has done so. `raw.release_folder` and `raw.release_order` are made before dbt starts.
#}
{% materialization parquet, adapter='duckdb' %}
    {%- set target = this.incorporate(type='view') -%}
    {%- set place = run_query("select folder from raw.release_folder").rows[0][0] | replace("'", "''") -%}
    {%- set orders = run_query("select * from raw.release_order where table_name = '" ~ this.identifier ~ "'").rows -%}
    {%- set order = orders[0] if orders else none -%}
    {%- set batches = month_batches(order) -%}
    {%- set files = place ~ '/' ~ this.identifier ~ ('/*' if batches else '') ~ '.parquet' -%}
    {{ run_hooks(pre_hooks) }}
    {%- if batches %}
        {%- do write_months(sql, order, batches, place ~ '/' ~ this.identifier) -%}
    {%- else %}
    {% call statement('file') -%}
        copy (
            select * from (
{{ sql }}
            )
            {{ 'order by ' ~ order['sorted_by'] if order }}
        ) to '{{ files }}' {{ file_format() }}
    {%- endcall %}
    {%- endif %}
    {% call statement('main') -%}
        create or replace view {{ target }} as select * from read_parquet('{{ files }}')
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% macro file_format() -%}
    (format parquet, parquet_version v2, compression zstd)
{%- endmacro %}
