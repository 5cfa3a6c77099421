/// One call of an API server.
struct ClusterRequest: Sendable, Equatable {
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// What a body means.
    enum BodyKind: String, Sendable {
        case json = "application/json"
        /// RFC 7386.
        case mergePatch = "application/merge-patch+json"
        /// Server-side apply. JSON is YAML.
        case apply = "application/apply-patch+yaml"
    }

    struct Body: Sendable, Equatable {
        let kind: BodyKind
        let bytes: [UInt8]
    }

    var method: Method
    /// Begins with a slash.
    var path: String
    var query: [(name: String, value: String)] = []
    var body: Body?

    init(_ method: Method, _ path: String, query: [(name: String, value: String)] = [], body: Body? = nil) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
    }

    /// Path and query, as in a request line.
    var target: String {
        guard !self.query.isEmpty else { return self.path }
        return "\(self.path)?\(self.query.map { "\($0.name)=\($0.value.asPathSegment)" }.joined(separator: "&"))"
    }

    static func == (left: ClusterRequest, right: ClusterRequest) -> Bool {
        left.method == right.method && left.target == right.target && left.body == right.body
    }
}
