package import JSON
package import Model

/// Which part of a list is wanted (`spec/api.md` 1.2).
package struct ListQuery: Sendable {
    package static let limits = 1...100

    /// Only what is older than this identifier.
    package var beforeID: String?
    package var limit: Int
    /// Whether `limit` was given, so that the next page's address has it too.
    package var hasLimit: Bool
    package var filter: String?
    /// What was given of the parameters that the resource's lists take beside these.
    package var parameters: [String: [String]]

    package init() {
        self.beforeID = nil
        self.limit = 100
        self.hasLimit = false
        self.filter = nil
        self.parameters = [:]
    }

    /// - Parameters:
    ///   - items: the query of a URL, decoded.
    ///   - shape: of what is listed.
    /// - Throws: `apiQueryUnknown`, `apiQueryRepeated`, `apiLimit`, `apiIdentifierPrefix`.
    package init(_ items: [(name: String, value: String)], of shape: ResourceShape) throws(Failure) {
        self.init()
        var seen: Set<String> = []
        for (name, value) in items {
            if shape.parameters.contains(name) {
                self.parameters[name, default: []].append(value)
                continue
            }
            guard ["before_id", "limit"].contains(name) || name == "filter" && shape.filters != nil else {
                throw Failure(.apiQueryUnknown, "There is no parameter \"\(name.prefix(100))\" here.")
            }
            guard seen.insert(name).inserted else {
                throw Failure(.apiQueryRepeated, "The parameter \"\(name)\" stands twice.")
            }
            // Clients leave parameters empty for "none".
            guard !value.isEmpty else { continue }
            switch name {
            case "limit": self.limit = try Self.limit(value)
            case "before_id": self.beforeID = try shape.checkedID(value)
            default: self.filter = value
            }
        }
        self.hasLimit = seen.contains("limit")
    }

    private static func limit(_ text: String) throws(Failure) -> Int {
        guard text.utf8.count <= 3, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text),
            Self.limits.contains(number)
        else { throw Failure(.apiLimit, "\"\(text.prefix(20))\" is no limit of a page.") }
        return number
    }
}

extension ResourceShape {
    /// An identifier of this kind of resource.
    ///
    /// - Throws: `apiIdentifierPrefix` when it names something else or nothing.
    package func checkedID(_ text: String) throws(Failure) -> String {
        guard self.idPrefix.isEmpty || text.hasPrefix("\(self.idPrefix)_") else {
            throw Failure(
                .apiIdentifierPrefix,
                "\"\(text.prefix(60))\" is no identifier of this kind: they begin with \(self.idPrefix)_."
            )
        }
        return text
    }
}

/// A part of a list, the newest first.
package struct ListPage: Sendable {
    package var items: [JSONObject]
    /// The identifier after which the next page begins; nil where this is the last.
    package var next: String?

    package init(items: [JSONObject], next: String?) {
        self.items = items
        self.next = next
    }
}
