{#
  Writing a large fact by month. Its rows are put together for a few months at a time, as many as fit into memory, and
  from there sorted and written month by month; all at once they would be sorted on disk.
#}

{#
  [[first day of a month, ...], ...]; empty where the table is to be one file. `meta.months_of` of a model says from
  which data set its rows come, one by one, and by which date column of it: its rows are counted before the model runs.
  The count decides how the work is cut, no more. An empty text stands for days that have no month of their own.
#}
{% macro month_batches(order) %}
    {%- set source = config.get('meta', {}).get('months_of') -%}
    {%- if not source or not order or order['month_rows'] is none -%}{{ return([]) }}{%- endif -%}
    {%- set counted = run_query(
        "select " ~ order['month'] | replace('"' ~ order['day'] ~ '"', source.day) ~ " as part_month, count(*) as rows_found "
        ~ "from raw." ~ source.dataset ~ " group by part_month order by part_month nulls first"
    ).rows -%}
    {%- if counted | sum(attribute='rows_found') < order['month_rows'] -%}{{ return([]) }}{%- endif -%}
    {%- set batches = [] -%}
    {%- set last = {'rows': 0} -%}
    {%- for row in counted -%}
        {%- set month = '' if row['part_month'] is none else (row['part_month'] | string)[:10] -%}
        {%- if not batches or not batches[-1][-1] or last.rows + row['rows_found'] > order['batch_rows'] -%}
            {%- do batches.append([]) -%}
            {%- do last.update(rows=0) -%}
        {%- endif -%}
        {%- do batches[-1].append(month) -%}
        {%- do last.update(rows=last.rows + row['rows_found']) -%}
    {%- endfor -%}
    {{ return(batches) }}
{% endmacro %}

{#
  The files, FOLDER/MONTH.parquet, and into raw.release_part what names the content of each. A month without rows has
  no file.
#}
{% macro write_months(sql, order, batches, folder) %}
    {%- for months in batches -%}
        {%- do run_query(
            "create or replace temp table month_batch as select * from (" ~ sql ~ ") where "
            ~ in_months(order, months[0], months[-1])
        ) -%}
        {%- set parts = run_query(
            "insert into raw.release_part select '" ~ this.identifier ~ "', part_month, " ~ order['content']
            ~ " from (select " ~ order['month'] ~ " as part_month, hash(t) as h from month_batch as t)"
            ~ " group by part_month returning month"
        ).rows -%}
        {%- for part in parts -%}
            {%- set month = '' if part['month'] is none else (part['month'] | string)[:10] -%}
            {%- do run_query(
                "copy (select * from month_batch where " ~ in_months(order, month, month) ~ " order by "
                ~ order['sorted_by'] ~ ") to '" ~ folder ~ "/" ~ (month[:7] or 'other') ~ ".parquet' " ~ file_format()
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do run_query("drop table if exists month_batch") -%}
{% endmacro %}

{# Condition: the day lies in the months from `first` to `last`, or in none. #}
{% macro in_months(order, first, last) -%}
    {%- if first -%}
        {{ order['day'] }} >= date '{{ first }}' and {{ order['day'] }} < date '{{ last }}' + interval 1 month
    {%- else -%}
        {{ order['month'] }} is null
    {%- endif -%}
{%- endmacro %}
