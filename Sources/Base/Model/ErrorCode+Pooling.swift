extension ErrorCode {
    /// What a cloud endpoint meets whose URL others have (`spec/endpoints.md` 6). Agents meet 334.
    static let pooling: [ErrorCode] = [.cloudURLTaken, .poolNotShared, .poolNotJoined]

    package static let cloudURLTaken = ErrorCode(
        18009,
        status: 409,
        meaning: "The URL is in use by another endpoint.",
        remedy: "Choose another URL, delete the other endpoint, or enable pooling on both."
    )

    package static let poolNotShared = ErrorCode(
        18016,
        status: 409,
        meaning: "The endpoint asks for pooling, and another one at its URL does not.",
        remedy: "Enable pooling on the other endpoint too, or choose another URL."
    )

    package static let poolNotJoined = ErrorCode(
        18017,
        status: 409,
        meaning: "Other endpoints share the URL, and this one does not ask for pooling.",
        remedy: "Enable pooling on this endpoint too, or choose another URL."
    )
}
