/// Whether and how a response is compressed, and what that does to its head (`spec/traffic-policy.md` 4.6).
package enum ResponseCompression: Sendable, Hashable {
    /// The upstream compressed it already.
    case alreadyCompressed
    /// It goes on as it is: it has no body, may not be transformed, or the visitor takes none of the codings.
    case unchanged
    case compress(ContentCoding)
}

extension ResponseCompression {
    /// Decides for one response.
    ///
    /// - Parameters:
    ///   - response: its head, with what actions have made of it.
    ///   - status: its status.
    ///   - hasBody: whether a body follows: not for HEAD, 1xx, 204, 205 and 304.
    ///   - acceptEncoding: the values of the request's field of this name, one for each line.
    ///   - allowed: the codings of the configuration, the preferred one first.
    package init(
        of response: ExchangeHead,
        status: Int,
        hasBody: Bool,
        acceptEncoding: [String],
        allowed: [ContentCoding]
    ) {
        let isEncoded = response.values("content-encoding").contains { value in
            value.pieces(separatedBy: UInt8(ascii: ",")).contains { token in
                let name = token.trimmed.lowercasedASCII
                return !name.isEmpty && name != "identity"
            }
        }
        if isEncoded {
            self = .alreadyCompressed
            return
        }
        // A part of something has its place in the whole as it is, not in what it would be compressed.
        guard hasBody, status != 206, !response.contains("content-range"), !Self.isTransformForbidden(response),
            let coding = AcceptEncoding(acceptEncoding).preferred(among: allowed)
        else {
            self = .unchanged
            return
        }
        self = .compress(coding)
    }

    private static func isTransformForbidden(_ response: ExchangeHead) -> Bool {
        response.values("cache-control").contains { value in
            value.pieces(separatedBy: UInt8(ascii: ",")).contains { $0.trimmed.equalsIgnoringCase("no-transform") }
        }
    }
}

extension ExchangeHead {
    /// Makes the head that of the compressed response.
    ///
    /// What holds for the bytes before (length, digests, ranges) goes; a strong entity tag becomes weak, because the
    /// same tag with other bytes would be a lie (RFC 9110 §8.8.1); caches are told what the choice hung on.
    mutating func becomeCompressed(with coding: ContentCoding) {
        for name in ["content-length", "content-md5", "content-digest", "repr-digest", "digest", "accept-ranges"] {
            self.remove(name)
        }
        self.set("content-encoding", coding.token)
        if let tag = self.first("etag"), tag.utf8.first == UInt8(ascii: "\"") { self.set("etag", "W/" + tag) }
        self.vary(on: "Accept-Encoding")
    }

    /// Adds a name to `vary`, unless it is there or everything is.
    private mutating func vary(on name: String) {
        let isSaid = self.values("vary").contains { value in
            value.pieces(separatedBy: UInt8(ascii: ",")).contains { item in
                item.trimmed == "*" || item.trimmed.equalsIgnoringCase(name)
            }
        }
        if !isSaid { self.add("vary", name) }
    }
}
