"""One small file of each format; a format without one fails test_readers.py."""

from __future__ import annotations

from contract_readers import Case
from json_ld_cases import CASES as JSON_LD
from office_files import docx_file, pdf_file, xlsx_file

CASES = (
    Case(
        "csv",
        ".csv",
        good='code,title,credits,price\nA1,"Data, for all",3,"1,140.50"\nA2,Welding,,0\n',
        bad="code,title,credits,price\nA1,Data,three,100\nA2,Welding,1,0\n",
        field="credits",
        value="three",
        kept=2,
    ),
    Case(
        "docx",
        ".docx",
        good=docx_file([("Heading 1", "Aid"), ("Normal", "Ask us.")]),
        bad=docx_file([("Normal", "Ask us.")], properties={"effective_from": "next July"}),
        field="effective_from",
        value="next July",
        kept=0,
    ),
    Case(
        "html",
        ".html",
        good="<!doctype html><title>Aid</title><main><h1>Aid</h1><p>Ask us.</p></main>",
        bad='<meta name="effective-from" content="next July"><h1>Aid</h1><p>Ask us.</p>',
        field="effective_from",
        value="next July",
        kept=0,
    ),
    Case(
        "json_records",
        ".json",
        good='[{"code": "A1", "title": "Data", "price": 5}, {"code": "A2", "title": "Welding"}]',
        bad='[{"code": "A1", "title": "Data", "price": "cheap"}, {"code": "A2", "title": "W"}]',
        field="price",
        value="cheap",
        kept=1,
    ),
    Case(
        "markdown",
        ".md",
        good="---\nid: aid\ntitle: Aid\neffective_from: 2026-07-01\n---\n\n# Aid\n\nAsk us.\n",
        bad="---\nid: aid\ntitle: Aid\neffective_from: next July\n---\n\n# Aid\n\nAsk us.\n",
        field="effective_from",
        value="next July",
        kept=0,
    ),
    Case(
        "pages",
        ".jsonl",
        good='{"doc_id": "a", "title": "Aid", "text": "Ask us."}\n\n'
        '{"doc_id": "b", "title": "Fees", "text": "None.", "effective_from": "2026-07-01"}\n',
        bad='{"doc_id": "a", "title": "Aid", "text": "Ask us.", "effective_to": "soon"}\n'
        '{"doc_id": "b", "title": "Fees", "text": "None."}\n',
        field="effective_to",
        value="soon",
        kept=1,
    ),
    Case(
        "pdf",
        ".pdf",
        good=pdf_file([[(20, 72, 720, "Aid"), (11, 72, 690, "Ask us.")]]),
        bad=pdf_file([[(11, 72, 690, "Ask us.")]], info={"effective_from": "next July"}),
        field="effective_from",
        value="next July",
        kept=0,
    ),
    Case(
        "xlsx",
        ".xlsx",
        good=xlsx_file([["code", "title", "credits", "price"], ["A1", "Data", 3, 1140.5]]),
        bad=xlsx_file(
            [["code", "title", "credits", "price"], ["A1", "D", "three", 1], ["A2", "W", 1, 0]]
        ),
        field="credits",
        value="three",
        kept=2,
    ),
    *JSON_LD,
)
