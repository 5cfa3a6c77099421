extension StandardLibrary {
    /// URLs and query strings.
    static let urls: [FunctionDeclaration] = urlEscapes + urlParts + queryStrings

    private static let urlEscapes = [
        FunctionDeclaration(
            "url.escape",
            summary: "The string with all but letters, digits and `-_.~` as `%` and the digits of its UTF-8.",
            examples: ["url.escape('a b/é') == 'a%20b%2F%C3%A9'"],
            overloads: [.function(URLText.escape)]
        ),
        FunctionDeclaration(
            "escapeUrl",
            summary: "As `url.escape`.",
            examples: ["'$5'.escapeUrl() == '%245'"],
            overloads: [.method(URLText.escape)]
        ),
        FunctionDeclaration(
            "url.unescape",
            summary:
                "The string with `%` and two digits as the byte that they say; `+` stays. An error where that is no UTF-8.",
            examples: ["url.unescape('a%20b+c') == 'a b+c'"],
            overloads: [.function(URLText.unescape)]
        ),
        FunctionDeclaration(
            "unescapeUrl",
            summary: "As `url.unescape`.",
            examples: ["'%C3%A9'.unescapeUrl() == 'é'"],
            overloads: [.method(URLText.unescape)]
        ),
    ]

    private static let urlParts = [
        FunctionDeclaration(
            "url.parse",
            summary:
                "The parts of a URL as a map: `scheme`, `host` (with port), `hostname`, `port`, `path`, `raw_path`, `query`, "
                + "`query_params`, `fragment`, `user_password` and `opaque`; empty where there is none.",
            examples: [
                "url.parse('https://a.example:8080/x%20y?q=1#top').port == '8080'",
                "url.parse('https://a.example/x%20y').path == '/x y'", "url.parse('/x?q=1').query_params.q == ['1']",
            ],
            overloads: [.function([.string], .map(key: .string, value: .dyn), .calling(URLText.parse))]
        ),
        FunctionDeclaration(
            "parseUrl",
            summary: "As `url.parse`.",
            examples: ["'https://a.example:8080/'.parseUrl().host == 'a.example:8080'"],
            overloads: [.method([.string], .map(key: .string, value: .dyn), .calling(URLText.parse))]
        ),
        FunctionDeclaration(
            "isURL",
            summary: "Whether the string is a URL with a scheme and a host.",
            examples: ["'https://a.example/x'.isURL()", "!'/x'.isURL()", "!'https://a b'.isURL()"],
            overloads: [.method(URLText.isURL)]
        ),
    ]

    private static let queryStrings = [
        FunctionDeclaration(
            "queryString.decode",
            summary: "The values of a query string by their keys, of a repeated key the first; `+` is a space.",
            examples: ["queryString.decode('a=1&b=x+y&a=2') == {'a': '1', 'b': 'x y'}"],
            overloads: [.function([.string], .map(key: .string, value: .string), .calling(URLText.decodeQuery))]
        ),
        FunctionDeclaration(
            "decodeQueryString",
            summary: "As `queryString.decode`.",
            examples: ["'q=%C3%A9'.decodeQueryString().q == 'é'"],
            overloads: [.method([.string], .map(key: .string, value: .string), .calling(URLText.decodeQuery))]
        ),
        FunctionDeclaration(
            "queryString.encode",
            summary: "The map as a query string, sorted by its keys; a list gives its key once for each element.",
            examples: ["queryString.encode({'b': ['1', '2'], 'a': 'x y'}) == 'a=x+y&b=1&b=2'"],
            overloads: [.function([.map(key: .dyn, value: .dyn)], .string, .calling(URLText.encodeQuery))]
        ),
        FunctionDeclaration(
            "encodeQueryString",
            summary: "As `queryString.encode`.",
            examples: ["{'a': 1}.encodeQueryString() == 'a=1'"],
            overloads: [.method([.map(key: .dyn, value: .dyn)], .string, .calling(URLText.encodeQuery))]
        ),
        FunctionDeclaration(
            "isQueryString",
            summary:
                "Whether the string is a query string: parts with a key and `=`, escapes well formed, no white space.",
            examples: ["'a=1&b='.isQueryString()", "!'a'.isQueryString()", "!''.isQueryString()"],
            overloads: [.method(URLText.isQuery)]
        ),
    ]
}
