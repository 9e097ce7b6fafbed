{{ config(meta={'by_customer': 'sorted'}) }}
-- The customers there are, as the register says: prospects and those who are gone too, who was merged away never. Where a
-- group of attributes has an order of precedence, they are as the sources say in that order.
{% set ordered, preferred = precedence(), ref('int_customer_preferred') %}
select
    numbers.customer_no,
    customers.* {%- if ordered %} replace (
        {{ preferred_columns(ordered) | indent(8) }}
    ) {%- endif %}
from {{ ref('stg_customer') }} as customers
inner join {{ source('raw', 'customer_no') }} as numbers using (customer_id)
{%- if ordered %}
left join {{ preferred }} as preferred using (customer_id)
{%- endif %}
anti join {{ ref('int_customer_survivor') }} as merged using (customer_id)
