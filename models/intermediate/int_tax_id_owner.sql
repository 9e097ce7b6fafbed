-- Registries name companies by tax id alone: known where one customer has it, else nobody is guessed. Who is only listed
-- in an outside directory is a doubt about no customer, and counts where no customer has the tax id.
with owners as (
    select
        tax_id,
        count(distinct customer_no) filter (where origin is null) as customers,
        count(distinct customer_no) as all_of_them,
        coalesce(bool_or(is_own) filter (where origin is null), bool_or(is_own)) as is_own,
        min(customer_no) filter (where origin is null) as customer,
        min(customer_no) as anybody
    from {{ ref('int_customer_key') }}
    where tax_id is not null
    group by tax_id
)

select tax_id, coalesce(customer, anybody) as customer_no, is_own
from owners
where customers = 1 or all_of_them = 1
