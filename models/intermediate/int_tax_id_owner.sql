-- Registries name companies by tax id alone: known where one customer has it, else nobody is guessed.
select tax_id, any_value(customer_no) as customer_no
from {{ ref('int_customer_key') }}
where tax_id is not null
group by tax_id
having count(*) = 1
