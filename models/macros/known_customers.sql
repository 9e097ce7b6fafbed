{# Numbers of the customers whom a source still knows: a row of anybody else belongs to nobody. #}
{% macro known_customers() %}
select customer_id, customer_no
from {{ source('raw', 'customer_no') }}
semi join {{ ref('stg_customer') }} using (customer_id)
{% endmacro %}
