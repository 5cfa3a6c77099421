/// The page that a browser shows for a failure: it needs nothing but itself, and runs nothing.
struct ErrorPage {
    let title: String
    let failure: String
    let remedy: String
    let code: String
    let requestID: String?
    /// Where the reader may go on; nil for nowhere.
    var link: Link?

    struct Link {
        let text: String
        let target: String
    }

    /// The one style sheet. `contentSecurityPolicy` names it by its hash; a test keeps the two together.
    static let style = """
        :root{color-scheme:light dark;--ink:#1c1f24;--soft:#5b6470;--line:#d9dde3;--back:#f6f7f9;--card:#fff}\
        @media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#9aa4b1;--line:#343a42;--back:#15181c;--card:#1d2126}}\
        *{box-sizing:border-box}\
        body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--back);\
        color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}\
        main{width:100%;max-width:36rem;padding:2rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem}\
        h1{margin:0 0 1rem;font-size:1.35rem;line-height:1.3}\
        p{margin:0 0 .75rem;overflow-wrap:anywhere}\
        .remedy{color:var(--soft)}\
        dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:1.5rem 0 0;padding-top:1rem;\
        border-top:1px solid var(--line);font-size:.875rem}\
        dt{color:var(--soft)}\
        dd{margin:0;overflow-wrap:anywhere;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
        """

    /// Nothing but the style sheet above; no frame may hold the page, no form and no base may be slipped into it.
    static let contentSecurityPolicy = """
        default-src 'none'; style-src 'sha256-YNYHzNbOd8+B396WXQdn8Z+lmvFZnsGhqqXhCtBABrs='; \
        base-uri 'none'; form-action 'none'; frame-ancestors 'none'
        """

    var html: String {
        let request = self.requestID.map { "<dt>Request</dt><dd>\(Self.escaped($0))</dd>" } ?? ""
        let link = self.link.map { link in
            "<p><a href=\"\(Self.escaped(link.target))\" rel=\"nofollow\">\(Self.escaped(link.text))</a></p>\n"
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
            <main>
            <h1>\(Self.escaped(self.title))</h1>
            <p>\(Self.escaped(self.failure))</p>
            <p class="remedy">\(Self.escaped(self.remedy))</p>
            \(link ?? "")<dl><dt>Code</dt><dd>\(Self.escaped(self.code))</dd>\(request)</dl>
            </main>
            </body>
            </html>

            """
    }

    /// `text` as text of an element or of a quoted attribute.
    static func escaped(_ text: String) -> String {
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
