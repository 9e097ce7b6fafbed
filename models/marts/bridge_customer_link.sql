-- What may be asked of a linked company stands beside the link.
with links as (
    select * from {{ ref('int_customer_link') }}
),

related as (
    select * from {{ ref('customer_360') }}
)

select
    links.link_id,
    links.customer_no,
    links.customer_id,
    links.related_customer_no,
    links.related_customer_id,
    links.link_kind,
    links.side,
    links.related_role,
    links.own_role,
    links.share_percent,
    links.valid_from,
    links.valid_to,
    related.full_name,
    related.full_name__folded,
    related.kind,
    related.region,
    related.industry,
    related.head_count,
    related.open_subscription_count,
    related.charged_total,
    related.debt_total,
    related.overdue_total,
    related.last_payment_on,
    related.gone_on
from links
left join related on related.customer_no = links.related_customer_no
