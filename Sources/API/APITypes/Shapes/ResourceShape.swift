package import Model

/// What can be done with every resource, as far as its shape has it.
package enum Verb: String, Sendable, CaseIterable {
    case create, list, get, update, delete

    package var method: Method {
        switch self {
        case .create: .post
        case .list, .get: .get
        case .update: .patch
        case .delete: .delete
        }
    }

    /// Whether its path ends in the identifier of one resource.
    package var namesOne: Bool {
        switch self {
        case .create, .list: false
        case .get, .update, .delete: true
        }
    }

    /// The status of an answer.
    package var status: Int {
        switch self {
        case .create: 201
        case .list, .get, .update: 200
        case .delete: 204
        }
    }
}

package enum Method: String, Sendable, CaseIterable {
    case get = "GET"
    case post = "POST"
    case patch = "PATCH"
    case put = "PUT"
    case delete = "DELETE"
}

/// One kind of resource of the REST API (`spec/api.md`): its path, its verbs and the members of its bodies.
///
/// The server's routes, the checks of requests, the OpenAPI document and the commands of `portico api` are all made of
/// the shapes in ``ResourceShape/all``.
package struct ResourceShape: Sendable {
    /// Of one, with underscores: `ip_policy`.
    package let name: String
    /// Without a slash at its ends: `ip_policies`, `app/users`.
    package let path: String
    /// The member of a list's answer that holds the resources.
    package let envelope: String
    /// What identifiers begin with, without the underscore; empty where resources are not found by an identifier.
    package let idPrefix: String
    package let verbs: [Verb]
    package let fields: [Field]
    /// Members that filters of lists may use, of members of members as `principal.id`; nil where lists take no filter.
    package let filters: [String]?
    /// Parameters of lists beside `before_id`, `limit` and `filter`; each may be given several times.
    package let parameters: [String]
    /// The code of an update that changes nothing.
    package let nothingToChange: ErrorCode
    /// What audit events of it begin with: `tcp_address` of `tcp_address_created.v0`.
    package let event: String
    /// What can be done beside the verbs.
    package let operations: [OperationShape]
    /// What stands in the OpenAPI document.
    package let summary: String

    package init(
        _ name: String,
        path: String,
        envelope: String? = nil,
        idPrefix: String,
        verbs: [Verb] = Verb.allCases,
        filters: [String]? = ["id", "created_at", "description", "metadata"],
        parameters: [String] = [],
        nothingToChange: ErrorCode = .apiNothingToChange,
        event: String? = nil,
        operations: [OperationShape] = [],
        summary: String,
        fields: [Field]
    ) {
        self.name = name
        self.path = path
        self.envelope = envelope ?? path
        self.idPrefix = idPrefix
        self.verbs = verbs
        self.filters = filters
        self.parameters = parameters
        self.nothingToChange = nothingToChange
        self.event = event ?? name
        self.operations = operations
        self.summary = summary
        self.fields = fields
    }

    package func field(_ name: String) -> Field? {
        self.fields.first { $0.name == name }
    }

    /// The same kind where it is listed inside another resource, which takes neither a filter nor other parameters.
    package var inside: ResourceShape {
        ResourceShape(
            self.name,
            path: self.path,
            envelope: self.envelope,
            idPrefix: self.idPrefix,
            filters: nil,
            summary: self.summary,
            fields: self.fields
        )
    }
}

/// Something that can be done with a resource beside its verbs: `POST /tunnel_sessions/{id}/stop`.
package struct OperationShape: Sendable {
    /// Unique in its resource, with underscores: `stop`.
    package let name: String
    package let method: Method
    /// What follows the resource's path, parameters in braces: `{id}/stop`.
    package let path: String
    package let summary: String
    /// The members that the body may have, as those of a creation; nil where there must be no body.
    package let body: [Field]?
    package let answer: Answer

    package enum Answer: Sendable {
        /// 204, without a body.
        case nothing
        /// 200 and an object without members, for clients that fail when a POST is answered without a body.
        case empty
        /// An object of these members, or of the resource's where they are empty, with this status.
        case object([Field], status: Int)
        /// A list of resources of this kind, in pages; without a filter.
        case list(of: ResourceShape)
    }

    package init(
        _ name: String,
        _ method: Method,
        _ path: String,
        body: [Field]? = nil,
        answer: Answer,
        _ summary: String
    ) {
        self.name = name
        self.method = method
        self.path = path
        self.body = body
        self.answer = answer
        self.summary = summary
    }
}
