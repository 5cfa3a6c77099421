import Expression

/// What was made of an exchange for its variables, kept until what it was made of changes.
struct VariableCaches {
    /// Something made of the state with a number.
    struct Cached<Made> {
        private var made: (generation: Int, value: Made)?

        /// What was made of this generation; made now where it wasn't.
        mutating func value(of generation: Int, _ make: () -> Made) -> Made {
            if let made = self.made, made.generation == generation { return made.value }
            let value = make()
            self.made = (generation, value)
            return value
        }
    }

    /// The time in the phase that runs, read once.
    var phaseTime: Value?
    var requestHeaders = Cached<HeaderMap>()
    var requestCookies = Cached<ListMap>()
    var userAgent = Cached<UserAgent>()
    var path = Cached<String>()
    var queryParameters = Cached<ListMap>()
    var responseHeaders = Cached<HeaderMap>()
    var responseCookies = Cached<ListMap>()
}

extension Exchange {
    var requestHeaders: HeaderMap {
        self.caches.requestHeaders.value(of: self.request.head.generation) { HeaderMap(self.request.head) }
    }

    /// The cookies of the request: those of a name in the order in which they came.
    var requestCookies: ListMap {
        self.caches.requestCookies.value(of: self.request.head.generation) {
            let cookies = self.request.head.values("cookie").flatMap(RequestCookie.parse)
            return ListMap(cookies.map { ($0.name, $0.record) })
        }
    }

    var userAgent: UserAgent {
        self.caches.userAgent.value(of: self.request.head.generation) {
            UserAgent(self.request.head.first("user-agent") ?? "")
        }
    }

    var normalizedPath: String {
        self.caches.path.value(of: self.request.targetGeneration) { self.request.target.path }
    }

    var queryParameters: ListMap {
        self.caches.queryParameters.value(of: self.request.targetGeneration) {
            ListMap(QueryParameters.pairs(self.request.target.query ?? "").map { ($0.name, .string($0.value)) })
        }
    }

    var responseHeaders: HeaderMap {
        self.caches.responseHeaders.value(of: self.response.head.generation) { HeaderMap(self.response.head) }
    }

    /// The cookies that the response sets: of those of one name the one with the longest path first.
    var responseCookies: ListMap {
        self.caches.responseCookies.value(of: self.response.head.generation) {
            let cookies = self.response.head.values("set-cookie").compactMap(ResponseCookie.init)
            let ordered = cookies.enumerated().sorted {
                let (left, right) = ($0.element.path.utf8.count, $1.element.path.utf8.count)
                return left == right ? $0.offset < $1.offset : left > right
            }
            return ListMap(ordered.map { ($0.element.name, $0.element.record) })
        }
    }
}
