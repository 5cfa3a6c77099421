extension RequestHead {
    /// Whether sending it twice does what sending it once does (RFC 9110 §9.2.2).
    var isIdempotent: Bool {
        switch self.method {
        case .get, .head, .options, .put, .delete: true
        case .other, .post, .patch, .connect, .trace, .track, .pri: false
        }
    }

    /// Whether whoever asks would rather read a page than plain text.
    func prefersHTML(in bytes: UnsafeRawBufferPointer) -> Bool {
        guard let range = self.firstValue(.accept, in: bytes) else { return false }
        let wanted: StaticString = "text/html"
        let length = wanted.utf8CodeUnitCount
        guard range.count >= length else { return false }
        for start in range.lowerBound...(range.upperBound - length) {
            var index = 0
            while index < length, bytes[start + index] | 0x20 == wanted.utf8Start[index] | 0x20 { index += 1 }
            if index == length { return true }
        }
        return false
    }
}
