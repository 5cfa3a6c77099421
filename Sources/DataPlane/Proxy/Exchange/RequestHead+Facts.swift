extension RequestHead {
    /// Whether sending it twice does what sending it once does (RFC 9110 §9.2.2).
    var isIdempotent: Bool {
        switch self.method {
        case .get, .head, .options, .put, .delete: true
        case .other, .post, .patch, .connect, .trace, .track, .pri: false
        }
    }
}
