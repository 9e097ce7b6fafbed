-- The document issued last, and the code word.
with documents as (
    select *
    from {{ ref('dim_identity_document') }}
    where customer_no is not null
    qualify row_number() over (
        partition by customer_no
        order by issued_on desc nulls last, document_kind desc, series desc, number desc
    ) = 1
),

words as (
    select numbers.customer_no, said.code_word_hash, said.set_on
    from {{ ref('stg_code_word') }} as said
    inner join {{ ref('int_customer_number') }} as numbers using (customer_id)
    qualify row_number() over (
        partition by numbers.customer_no order by said.set_on desc nulls last, said.code_word_hash desc
    ) = 1
)

select
    customer_no,
    documents.document_kind,
    documents.series || documents.number as document_number,
    documents.issued_on as document_issued_on,
    documents.issued_by as document_issued_by,
    documents.valid_to as document_valid_to,
    words.code_word_hash,
    words.set_on as code_word_set_on
from documents
full join words using (customer_no)
