"""规则 (rules), pure: facts, parameters and a day in; decisions with reasons out. No database, no clock, no web.

57号 is 最低生活保障审核确认办法（民发〔2021〕57号）, 43号 is 特困人员认定办法（民发〔2021〕43号）, 2022通知 is the
notice of 2022-10-20 by 民政部 and three others.

| question | function | legal ground |
|---|---|---|
| what is known of a household on a day | `facts.Situation` | - |
| which value is in force, where and since when | `policy.Policy.row` | the source of each row |
| which step may follow which, by whom, with what | `procedure.obstacles`, `procedure_tables` | beside each step |
| which clocks run in a case, and until when | `procedure_clocks.clocks` | the article beside each clock |
| what can nobody make the program do | `redlines.RED_LINES` | the article beside each |
| may a household keep its assistance | `withdrawal.decide` | 社会救助法 47、48、73；57号 31–34；43号 24 |
| how does the amount change | `amounts.below` | 57号 23、31、34 |
| what is paid month by month in 渐退 | `withdrawal.payments` | 2022年10月20日通知 一（三）；当地规定 |
| when is the next check due, and why | `recheck.due` | 57号 31；中办发〔2020〕18号 二（七）；2022通知 |
| what is the score, from which findings | `credit.score` | the adopted catalogue；行政处罚法 37（参照） |
| when can a record be repaired, when does it end | `credit.record_window` | 国家发展改革委令第36号 |
| what restores a score, and when does it end | `restoration.outlook` | 国家发展改革委令第36号 |
| which fact or day turns a recommendation into another | `turning.to_keep` | as `withdrawal.decide` |
| what is paid back after a cancelled act | `arrears.back_pay` | (2018)最高法行申7472号 |
| how is a person named in public | `masking.public_name` | 57号 24；未成年人保护法 4 |
| what follows from a late report | `credit.late_report` | 2022年10月20日通知 五（五） |
| which national class has a local level | `credit.national_class` | 国家发展改革委令第36号 |
| why, in words | `explanation.explain` | 个人信息保护法 24；社会救助法 48 |
| what does each reason bit state | `grounds.CONDITIONS` and its fellows | the article beside each |
| when does a period end | `workdays.end_of` | 民法典 201–203 |
| which areas lie above and below an area | `areas.ancestors` | - |
| is an identity number right | `identity.check_id` | GB 11643-1999 |
| is a document number written as it must be | `writing.read_document_number` | GB/T 9704-2012 |
"""
