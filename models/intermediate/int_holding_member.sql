-- Which company stands at the top of each company's holding. Links without an end count; of several parents the one
-- stated last (then with the larger share, then the greater number). Where parents lead in a circle the
-- company with the smallest number in it is taken for the top.
with recursive parents as (
    select
        customer_no,
        arg_max(
            related_customer_no,
            (coalesce(valid_from, date '0001-01-01'), coalesce(share_percent, 0), related_customer_no)
        ) as parent
    from {{ ref('int_customer_link') }}
    where
        side = 'parent'
        and valid_to is null
        and customer_no is not null
        and related_customer_no is not null
    group by customer_no
),

tops as (
    select distinct parent as customer_no from parents where parent not in (select customer_no from parents)
),

-- From the top downwards: each company is met once, however long the chain is.
below as (
    select customer_no, customer_no as top_customer_no from tops
    union all
    select parents.customer_no, below.top_customer_no
    from below
    inner join parents on parents.parent = below.customer_no
),

-- The rest leads into circles: walked upwards until nothing new is met.
circling as (
    select customer_no, parent from parents where customer_no not in (select customer_no from below)
),

walked as (
    select customer_no, parent as above from circling
    union
    select walked.customer_no, circling.parent
    from walked
    inner join circling on circling.customer_no = walked.above
),

in_circle as (
    select customer_no from walked where customer_no = above
)

select customer_no, top_customer_no from below
union all
select walked.customer_no, min(walked.above)
from walked
semi join in_circle on in_circle.customer_no = walked.above
group by walked.customer_no
