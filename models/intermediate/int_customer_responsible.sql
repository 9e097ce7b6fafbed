{% set lines = ['sales', 'service', 'telemarketing', 'collection'] %}
-- Per line of work the row without an end, or else the one that began last; the greater id settles ties.
with held as (
    select
        *,
        (valid_to is null, coalesce(valid_from, date '0001-01-01'), responsible_id) as age_rank
    from {{ ref('bridge_responsible') }}
    where customer_no is not null
),

newest as (
    select
        customer_no,
        {%- for line in lines %}
        max_by(held, age_rank) filter (where line = '{{ line }}') as {{ line }},
        {%- endfor %}
        count(distinct employee_id) as responsible_employee_count
    from held
    group by customer_no
)

select
    customer_no,
    {%- for line in lines %}
    {{ line }}.employee_id as {{ line }}_employee_id,
    {{ line }}.employee_name as {{ line }}_employee,
    {{ line }}.unit_id as {{ line }}_unit_id,
    {{ line }}.unit_name as {{ line }}_unit,
    {{ line }}.branch_unit_id as {{ line }}_branch_id,
    {{ line }}.valid_from as {{ line }}_since,
    {{ line }}.valid_to as {{ line }}_until,
    {%- endfor %}
    responsible_employee_count
from newest
