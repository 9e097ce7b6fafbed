-- What is believed of the customers whom several sources describe: per attribute the claim of the first in the order, as
-- a struct, for its value may be NULL. Of what is not here the register's newest row is believed.
{% set ordered = precedence() %}
with chosen as (
    select customer_id, attribute, {{ first_claim('struct_pack(value := value, folded := folded)') }} as chosen
    from {{ ref('int_customer_claim') }}
    where until = date '9999-12-31'
    group by customer_id, attribute
)

{{ preferred_wide(ordered, 'customer_id', 'chosen') }}
