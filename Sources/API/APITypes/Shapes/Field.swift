package import Model

/// What a member of a body holds.
package indirect enum FieldType: Sendable {
    case text
    case boolean
    case integer
    /// With a fraction; in answers alone.
    case number
    /// RFC 3339 text.
    case timestamp
    case list(FieldType)
    /// Any names, with text each.
    case texts
    case object([Field])
    /// Another resource: `{"id": …, "uri": …}`.
    case reference
}

/// A member of a resource's bodies: what requests may say and answers do.
package struct Field: Sendable {
    /// Whether the request of a verb may have the member.
    package enum Presence: Sendable {
        /// It is an error to give it.
        case absent
        case optional
        /// The code of a request without it, or with null or an empty text.
        case required(ErrorCode)
    }

    package let name: String
    package let type: FieldType
    package let create: Presence
    package let update: Presence
    /// Whether answers have it: all do, or none does.
    package let isRead: Bool
    /// Whether it may be null in an answer.
    package let isNullable: Bool
    /// What stands in the OpenAPI document.
    package let summary: String
    /// How long a text may be, and the code of one that is longer.
    package let limit: TextLimit?

    package struct TextLimit: Sendable {
        /// In bytes of UTF-8.
        package let bytes: Int
        package let code: ErrorCode

        package init(bytes: Int, code: ErrorCode) {
            self.bytes = bytes
            self.code = code
        }
    }

    /// A member of answers alone, unless `create` or `update` say more.
    package init(
        _ name: String,
        _ type: FieldType,
        create: Presence = .absent,
        update: Presence = .absent,
        isRead: Bool = true,
        isNullable: Bool = false,
        limit: TextLimit? = nil,
        _ summary: String
    ) {
        self.name = name
        self.type = type
        self.create = create
        self.update = update
        self.isRead = isRead
        self.isNullable = isNullable
        self.limit = limit
        self.summary = summary
    }

    func presence(in verb: Verb) -> Presence {
        switch verb {
        case .create: self.create
        case .update: self.update
        case .list, .get, .delete: .absent
        }
    }
}

// MARK: - Members that most resources have

extension Field {
    package static let id = Field("id", .text, "The identifier.")
    package static let uri = Field("uri", .text, "Where the resource is found.")
    package static let createdAt = Field("created_at", .timestamp, "When it was made.")
    package static let updatedAt = Field("updated_at", .timestamp, "When it was last changed.")

    /// Text for people. Longer than 255 bytes: `code`.
    package static func description(tooLong code: ErrorCode = .apiDescriptionLong) -> Field {
        Field(
            "description",
            .text,
            create: .optional,
            update: .optional,
            limit: TextLimit(bytes: 255, code: code),
            "Text for people, at most 255 bytes."
        )
    }

    /// Text for programs. Longer than 4096 bytes: `code`.
    package static func metadata(tooLong code: ErrorCode = .apiMetadataLong) -> Field {
        Field(
            "metadata",
            .text,
            create: .optional,
            update: .optional,
            limit: TextLimit(bytes: 4096, code: code),
            "Text for programs, often JSON, at most 4096 bytes."
        )
    }

    /// The token of a credential, in the answer to its creation alone.
    package static let token = Field(
        "token",
        .text,
        isNullable: true,
        "The token, shown when it is made and never again; null afterwards."
    )
}
