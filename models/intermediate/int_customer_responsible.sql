{{ config(meta={'by_customer': 'sorted'}) }}
{% set lines = ['sales', 'service', 'telemarketing', 'collection'] %}
-- Per line of work the row without an end, or else the one that began last; the greater id settles ties.
with held as (
    select
        customer_no,
        line,
        employee_id,
        {
            'employee_id': employee_id,
            'employee': employee_name,
            'unit_id': unit_id,
            'unit': unit_name,
            'branch_id': branch_unit_id,
            'since': valid_from,
            'until': valid_to
        } as holder,
        (valid_to is null, coalesce(valid_from, date '0001-01-01'), responsible_id) as age_rank
    from {{ ref('bridge_responsible') }}
    where customer_no is not null
),

newest as (
    select
        customer_no,
        {%- for line in lines %}
        max_by(holder, age_rank) filter (where line = '{{ line }}') as {{ line }},
        {%- endfor %}
        count(distinct employee_id) as responsible_employee_count
    from held
    group by customer_no
)

select
    customer_no,
    {%- for line in lines %}
    {%- for part in ['employee_id', 'employee', 'unit_id', 'unit', 'branch_id', 'since', 'until'] %}
    {{ line }}.{{ part }} as {{ line }}_{{ part }},
    {%- endfor %}
    {%- endfor %}
    responsible_employee_count
from newest
