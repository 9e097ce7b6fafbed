-- The document issued last, and the code word.
with documents as (
    select customer_no, max_by(
        documents, (coalesce(issued_on, date '0001-01-01'), document_kind, series, number)
    ) as newest
    from {{ ref('dim_identity_document') }} as documents
    where customer_no is not null
    group by customer_no
),

words as (
    select numbers.customer_no, max_by(said, (coalesce(said.set_on, date '0001-01-01'), said.code_word_hash)) as newest
    from {{ ref('stg_code_word') }} as said
    inner join ({{ known_customers() }}) as numbers using (customer_id)
    group by numbers.customer_no
)

select
    customer_no,
    documents.newest.document_kind as document_kind,
    documents.newest.series || documents.newest.number as document_number,
    documents.newest.issued_on as document_issued_on,
    documents.newest.issued_by as document_issued_by,
    documents.newest.valid_to as document_valid_to,
    words.newest.code_word_hash as code_word_hash,
    words.newest.set_on as code_word_set_on
from documents
full join words using (customer_no)
