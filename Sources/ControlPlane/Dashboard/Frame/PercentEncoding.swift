import APIServer

/// Text in the addresses of pages.
enum PercentEncoding {
    static func encode(_ text: String) -> String { PercentText.encode(text) }

    /// An address with the parameters that are not empty.
    static func address(_ path: String, _ parameters: [(String, String)]) -> String {
        let query = parameters.filter { !$0.1.isEmpty }.map { "\($0)=\(self.encode($1))" }.joined(separator: "&")
        return query.isEmpty ? path : "\(path)?\(query)"
    }
}
