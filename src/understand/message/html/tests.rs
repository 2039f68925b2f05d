//! What each client's HTML becomes.

use super::*;

/// Depth, role and text of each line: `1Q text`.
fn shown(html: &str) -> Vec<String> {
    let letter = |role| match role {
        LineRole::Unmarked => "",
        LineRole::Signature => "S",
        LineRole::Quotation => "Q",
    };
    read(html).lines.iter().map(|l| format!("{}{} {}", l.quote_depth, letter(l.role), l.text)).collect()
}

#[test]
fn blocks_breaks_and_paragraphs_become_lines() {
    for (html, lines) in [
        ("<div>One<br>two</div><div>three</div>", &["0 One", "0 two", "0 three"][..]),
        ("<p>One</p><p>two</p>", &["0 One", "0 ", "0 two"]),
        (
            "<p class=MsoNormal>One</p>\n<p class=MsoNormal>&nbsp;</p>\n<p class=MsoNormal>two</p>",
            &["0 One", "0 ", "0 two"],
        ),
        ("<div>One</div><div><br></div><div>two<br></div><div>three</div>", &["0 One", "0 ", "0 two", "0 three"]),
        ("<div>I &amp;\n   my&nbsp;&nbsp; <b>wi</b>fe</div>", &["0 I & my wife"]),
        ("<pre>a\n\n  b</pre>", &["0 a", "0 ", "0 b"]),
        ("called HTML\nbut plain", &["0 called HTML", "0 but plain"]),
        ("<ul><li>a<li>b</ul><ol><li>yes</li><li>no</li></ol>", &["0 a", "0 b", "0 1. yes", "0 2. no"]),
        ("Hello<head><title>no</title><style>p{}</style><script>if (a<b) no</script></head><p>", &["0 Hello"]),
        ("a<hr>b", &["0 a", "0 ________________________________", "0 b"]),
        ("<div>&gt; quoted</div><div>mine</div>", &["1 quoted", "0 mine"]),
    ] {
        assert_eq!(shown(html), lines, "{html}");
    }
}

#[test]
fn a_table_row_is_one_line() {
    let rows = "<table><tr><td>Name:</td><td><p>Anna</p></td></tr>\n<tr><td> Post: </td>\n<td>Clerk</td><td></td></tr></table>after";
    assert_eq!(shown(rows), ["0 Name:\tAnna", "0 Post:\tClerk", "0 after"]);
    let layout = "<table><tr><td>Anna<br>Clerk</td><td>Tel. 1</td></tr></table>";
    assert_eq!(shown(layout), ["0 Anna", "0 Clerk", "0 Tel. 1"]);
    let nested = "<table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td></tr><tr><td>c</td></tr></table>";
    assert_eq!(shown(nested), ["0 a\tb", "0 c"]);
}

#[test]
fn each_clients_quotation_is_marked() {
    for (html, lines) in [
        // Gmail
        (
            "<div>Yes</div><div class=gmail_quote><div class=gmail_attr>On Monday X wrote:<br></div>\
             <blockquote class=gmail_quote style='border-left:1px solid #ccc'>Come?</blockquote></div>",
            &["0 Yes", "0Q On Monday X wrote:", "1Q Come?"][..],
        ),
        // Gmail, forwarded
        (
            "<div class=gmail_quote><div class=gmail_attr>--- Forwarded<br>From: <b class=gmail_sendername>X</b></div>\
             <div>Come<blockquote>old</blockquote>please</div></div>",
            &["0Q --- Forwarded", "0Q From: X", "0Q Come", "1Q old", "0Q please"],
        ),
        // Thunderbird
        (
            "<div class=moz-cite-prefix>On Monday X wrote:</div><blockquote type=cite><p>Come?</p></blockquote>Yes\
             <div class=moz-signature>-- <br>Anna</div>",
            &["0Q On Monday X wrote:", "0Q ", "1Q Come?", "0 ", "0 Yes", "0S --", "0S Anna"],
        ),
        // Outlook on the web
        (
            "<div>Yes</div><div id=appendonsend></div><hr><div id=divRplyFwdMsg><b>From:</b> X<br>Sent: Monday</div>\
             <div>Come?</div><div>Regards</div>",
            &[
                "0 Yes",
                "0Q ________________________________",
                "0Q From: X",
                "0Q Sent: Monday",
                "0Q Come?",
                "0Q Regards",
            ],
        ),
        // Outlook on the desktop
        (
            "<div class=WordSection1><p class=MsoNormal>Yes</p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt'>\
             <p class=MsoNormal><b>From:</b> X</p></div></div><p class=MsoNormal>Come?</p></div>",
            &["0 Yes", "0Q From: X", "0Q Come?"],
        ),
        // Yahoo
        (
            "<div>Yes</div><div id=yahoo_quoted_12 class=yahoo_quoted><div>On Monday X wrote:</div>Come?</div>",
            &["0 Yes", "0Q On Monday X wrote:", "0Q Come?"],
        ),
        // GMX
        (
            "<div>Yes</div><div name=quote style='border-left:2px solid #C3D9E5'><div>Von: X</div><div name=quoted-content>Come?</div></div>",
            &["0 Yes", "1Q Von: X", "1Q Come?"],
        ),
        // Notes indents by lists without items
        ("Yes<ul>Come?</ul>Really<br>", &["0 Yes", "1 Come?", "0 Really"]),
    ] {
        assert_eq!(shown(html), lines, "{html}");
    }
}

#[test]
fn answers_between_quoted_blocks_are_not_quotation() {
    for (html, lines) in [
        (
            "<div class=gmail_quote><div class=gmail_attr>X wrote:</div><blockquote class=gmail_quote>Name?</blockquote>\
             <div>Anna</div><blockquote class=gmail_quote>Post?</blockquote><div>Clerk</div></div>",
            &["0Q X wrote:", "1Q Name?", "0 Anna", "1Q Post?", "0 Clerk"][..],
        ),
        (
            "<div id=divRplyFwdMsg>From: X</div><blockquote style='border-left:2px solid blue;margin-left:5px'>Name?</blockquote>\
             <div>Anna</div>",
            &["0Q From: X", "1Q Name?", "0 Anna"],
        ),
        (
            "<div style='border:none;border-top:solid #B5C4DF 1.0pt'>From: X</div><p class=MsoNormal>&nbsp;</p>\
             <div style='border:none;border-left:solid blue 1.5pt'>Name?</div><p class=MsoNormal>Anna</p>",
            &["0Q From: X", "0Q ", "1Q Name?", "0 Anna"],
        ),
        (
            "<div id=divRplyFwdMsg>From: X, sent on a Monday</div><div>What is your name?</div>\
             <div><span style='color:#C00000'>Anna</span></div><div>What is your <span style='color:red'>post</span>?</div>",
            &["0Q From: X, sent on a Monday", "0Q What is your name?", "0 Anna", "0Q What is your post?"],
        ),
        (
            "<blockquote type=cite>Name?</blockquote>Anna<blockquote type=cite>Post?</blockquote>",
            &["1Q Name?", "0 Anna", "1Q Post?"],
        ),
    ] {
        assert_eq!(shown(html), lines, "{html}");
    }
}

#[test]
fn typed_text_that_is_only_indented_is_no_quotation() {
    assert_eq!(shown("<blockquote style='margin:0 0 0 40px;border:none'>mine</blockquote>"), ["0 mine"]);
    assert_eq!(shown("<blockquote>of whom?</blockquote>"), ["1 of whom?"]);
}

#[test]
fn hidden_text_is_kept_apart() {
    let html = "<div>Yes<span style='display:none'>no <b>never</b></span> I do</div><p style='color:#fff'>white</p>\
                <p style='font-size:0'>tiny<span style='font-size:12px'>seen</span></p><p style='visibility:hidden'>x</p>\
                <table bgcolor=navy><tr><td style='color:white'>bright</td></tr></table>";
    let page = read(html);
    let lines: Vec<_> = page.lines.iter().map(|line| line.text.as_str()).filter(|text| !text.is_empty()).collect();
    assert_eq!(lines, ["Yes I do", "seen", "bright"]);
    assert_eq!(page.hidden, ["no never", "white", "tiny", "x"]);
}

#[test]
fn depth_breadth_and_huge_tags_cost_no_more_than_their_length() {
    let n = 100_000;
    for html in [
        "<div>".repeat(n) + "x",
        "<b>".repeat(n) + &"</i>".repeat(n),
        "<blockquote>".repeat(n) + &"</div>".repeat(n),
        "<div id=divRplyFwdMsg>".repeat(n),
        "<table><tr><td>".repeat(n) + "x",
        format!("<img {}>", "a b=c ".repeat(n)),
        format!("<!-- <b {}-->x", "a ".repeat(n)),
        "<".repeat(n),
        "&amp".repeat(n),
        format!("<style>{}", "x".repeat(n)),
    ] {
        let page = read(&html);
        assert!(page.lines.len() <= 2 * n, "{} lines", page.lines.len());
    }
    assert_eq!(shown(&format!("a<img src='data:{}'>b", "x".repeat(n))), ["0 ab"]);
    assert_eq!(shown(&format!("a<!-- <b {}-->b<p>", "x".repeat(n))), ["0 ab"]);
}
