-- No customer's value may differ from what the first source in the order says that says (or has cleared) anything.
{% set ordered, customers, claims = precedence(), ref('dim_customer'), ref('int_customer_claim') %}
with present as (
    select * from {{ claims }} where until = date '9999-12-31'
),

first_ones as (
    select *
    from present
    qualify row_number() over (
        partition by customer_id, attribute order by turn, registered_on desc nulls last, registry_key desc
    ) = 1
)
{% for attribute in ordered %}
{{ 'union all' if not loop.first }}
select customers.customer_id, first_ones.attribute, first_ones.value, customers.{{ attribute.name }}::varchar as shown
from {{ customers }} as customers
inner join first_ones using (customer_id)
where first_ones.attribute = '{{ attribute.name }}' and first_ones.value is distinct from shown
{% else %}
select customer_id, attribute from first_ones where false
{% endfor %}
