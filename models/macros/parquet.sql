{#
  A model is written as a file, which later models read through a view. A table of the release is so written once:
  sorted as the catalogue says, it is the file that the release takes over. The files of the others go when it has
  done so. `raw.release_folder` and `raw.release_order` are made before dbt starts.
#}
{% materialization parquet, adapter='duckdb' %}
    {%- set target = this.incorporate(type='view') -%}
    {%- set place = run_query("select folder from raw.release_folder").rows[0][0] -%}
    {%- set file = (place ~ '/' ~ this.identifier ~ '.parquet') | replace("'", "''") -%}
    {%- set orders = run_query("select sorted_by from raw.release_order where table_name = '" ~ this.identifier ~ "'") -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') -%}
        copy (
            select * from (
{{ sql }}
            )
            {%- for row in orders.rows %}
            order by {{ row[0] }}
            {%- endfor %}
        ) to '{{ file }}' (format parquet, parquet_version v2, compression zstd)
    {%- endcall %}
    {% call statement('view') -%}
        create or replace view {{ target }} as select * from read_parquet('{{ file }}')
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
