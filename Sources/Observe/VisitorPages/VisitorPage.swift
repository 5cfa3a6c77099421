/// The page that a visitor's browser shows where the edge or the agent answers by itself: it needs nothing but itself, and runs
/// nothing.
package struct VisitorPage {
    private let title: String
    private let failure: String
    private let remedy: String
    private let code: String
    private let requestID: String?
    private let link: Link?

    /// A way on.
    package struct Link {
        let text: String
        let target: String

        package init(text: String, target: String) {
            self.text = text
            self.target = target
        }
    }

    /// A page that says what happened.
    ///
    /// - Parameters:
    ///   - title: what happened, in some words.
    ///   - failure: the same in a sentence.
    ///   - remedy: what the reader can do.
    ///   - code: of the failure.
    ///   - requestID: under which the request stands in logs; nil where it has none.
    ///   - link: where the reader may go on; nil for nowhere.
    package init(
        title: String,
        failure: String,
        remedy: String,
        code: String,
        requestID: String? = nil,
        link: Link? = nil
    ) {
        self.title = title
        self.failure = failure
        self.remedy = remedy
        self.code = code
        self.requestID = requestID
        self.link = link
    }

    /// The one style sheet, in the colours and sizes of the dashboard. `contentSecurityPolicy` names it by its hash; a test keeps
    /// the two together, and the colours with the design's.
    package static let style = """
        :root{color-scheme:light dark;--page:#f6f5f2;--surface:#ffffff;--line:#e3e1db;--text:#1c1b19;\
        --text-2:#57534b;--accent-fill:#2f4dd0;--accent-over:#263fb0;--focus:#2f4dd0}\
        @media(prefers-color-scheme:dark){:root{--page:#121211;--surface:#1a1a18;--line:#302e2a;--text:#eceae5;\
        --text-2:#b3afa6;--accent-fill:#4a63da;--accent-over:#5068dd;--focus:#a3b4ff}}\
        *{box-sizing:border-box}\
        body{margin:0;min-height:100vh;display:grid;place-content:center;justify-items:center;gap:1.5rem;\
        padding:1.5rem 1rem;grid-template-columns:minmax(0,32rem);background:var(--page);color:var(--text);\
        font:400 .875rem/1.25rem system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Cantarell,"Liberation Sans",\
        sans-serif}\
        header{display:grid;justify-items:center;gap:.75rem;text-align:center}\
        svg{width:3rem;height:3rem}\
        h1{margin:0;font-size:1.25rem;font-weight:600;line-height:1.75rem;overflow-wrap:anywhere}\
        main{width:100%;padding:1.5rem;background:var(--surface);border:1px solid var(--line);border-radius:.5rem}\
        p{margin:0 0 .75rem;overflow-wrap:anywhere}\
        .remedy{color:var(--text-2)}\
        .on{display:flex;align-items:center;justify-content:center;min-height:2.5rem;margin:1.5rem 0 0;\
        padding:0 .75rem;border-radius:.25rem;background:var(--accent-fill);color:#ffffff;font-weight:500;\
        text-decoration:none}\
        .on:hover{background:var(--accent-over)}\
        .on:focus-visible{outline:2px solid var(--focus);outline-offset:2px}\
        dl{display:grid;grid-template-columns:auto minmax(0,1fr);gap:.25rem 1rem;margin:1.5rem 0 0;padding-top:1rem;\
        border-top:1px solid var(--line);font-size:.8125rem}\
        dt{color:var(--text-2)}\
        dd{margin:0;overflow-wrap:anywhere;font-family:ui-monospace,"SF Mono","Cascadia Mono","Roboto Mono",\
        "DejaVu Sans Mono",Menlo,Consolas,monospace}
        """

    /// The mark, as it stands over every page; a picture that says nothing new.
    private static let mark = """
        <svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="7" fill="#2f4dd0"/>\
        <path fill="#fff" d="M4 6h24v4H4zM6 12h4v14H6zM22 12h4v14h-4z"/>\
        <path fill="#ffd37a" d="M12 26v-8a4 4 0 0 1 8 0v8z"/></svg>
        """

    /// Nothing but the style sheet above; no frame may hold the page, no form and no base may be slipped into it.
    package static let contentSecurityPolicy = """
        default-src 'none'; style-src 'sha256-VgE6u7ZWTCAapuy+HgGiS0+KtQdj/mXBLZeZ6vrikvE='; \
        base-uri 'none'; form-action 'none'; frame-ancestors 'none'
        """

    package var html: String {
        let request = self.requestID.map { "<dt>Request</dt><dd>\(Self.escaped($0))</dd>" } ?? ""
        let link = self.link.map { link in
            "<a class=\"on\" href=\"\(Self.escaped(link.target))\" rel=\"nofollow\">\(Self.escaped(link.text))</a>\n"
        }
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <title>\(Self.escaped(self.title))</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <header>\(Self.mark)<h1>\(Self.escaped(self.title))</h1></header>
            <main>
            <p>\(Self.escaped(self.failure))</p>
            <p class="remedy">\(Self.escaped(self.remedy))</p>
            \(link ?? "")<dl><dt>Code</dt><dd>\(Self.escaped(self.code))</dd>\(request)</dl>
            </main>
            </body>
            </html>

            """
    }

    /// `text` as text of an element or of a quoted attribute.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
