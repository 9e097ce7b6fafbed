with links as (
    select
        customer_no,
        count(distinct related_customer_id) filter (where link_kind = 'formal') as formal_link_count,
        count(distinct related_customer_id) filter (where link_kind = 'informal') as informal_link_count
    from {{ ref('int_customer_link') }}
    where customer_no is not null and valid_to is null
    group by customer_no
),

members as (
    select * from {{ ref('int_holding_member') }}
),

totals as (
    select
        members.top_customer_no,
        count(*) as holding_company_count,
        sum(charges.charged_total)::decimal(18, 2) as holding_charged_total,
        sum(payments.paid_total)::decimal(18, 2) as holding_paid_total,
        sum(accounts.debt_total)::decimal(18, 2) as holding_debt_total,
        sum(balances.overdue_total)::decimal(18, 2) as holding_overdue_total,
        coalesce(sum(subscriptions.open_subscription_count), 0)::bigint as holding_open_subscription_count
    from members
    left join {{ ref('int_customer_charges') }} as charges using (customer_no)
    left join {{ ref('int_customer_payments') }} as payments using (customer_no)
    left join {{ ref('int_customer_accounts') }} as accounts using (customer_no)
    left join {{ ref('int_customer_balances') }} as balances using (customer_no)
    left join {{ ref('int_customer_subscriptions') }} as subscriptions using (customer_no)
    group by members.top_customer_no
),

holdings as (
    select
        members.customer_no,
        case when members.customer_no = members.top_customer_no then 'top' else 'member' end as holding_role,
        tops.customer_id as holding_customer_id,
        tops.full_name as holding_name,
        tops.full_name__folded as holding_name__folded,
        totals.* exclude (top_customer_no)
    from members
    inner join totals using (top_customer_no)
    inner join {{ ref('dim_customer') }} as tops on tops.customer_no = members.top_customer_no
)

select *
from links
full join holdings using (customer_no)
