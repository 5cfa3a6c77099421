package import NIOCore

/// A request or a response as it was captured: header values and body have bounds, and what is longer is cut.
package struct CapturedMessage: Sendable, Equatable {
    /// Of one header's value.
    package static let longestValue = 1024
    /// Of a body.
    package static let longestBody = 10 * 1024
    /// Headers of one message; further ones are counted.
    package static let mostFields = 100

    package struct Field: Sendable, Equatable {
        package var name: String
        package var value: String
        /// Whether the value was longer.
        package var isCut: Bool
        /// Whether the value, or parts of it, are hidden.
        package var isMasked = false

        package init(_ name: String, _ value: String, isCut: Bool = false) {
            self.name = name
            self.value = value
            self.isCut = isCut
        }
    }

    package var fields: [Field]
    /// Of the message itself: more than ``fields`` has where it was cut.
    package var fieldCount: Int
    /// The beginning, chunks' own lines left out; compressed where it came so.
    package var body: ByteBuffer
    /// How long the body was.
    package var bodyBytes: Int
    /// Whether parts of the body are hidden.
    package var isBodyMasked = false

    package init(fields: [Field], fieldCount: Int? = nil, body: ByteBuffer = ByteBuffer(), bodyBytes: Int? = nil) {
        self.fields = fields
        self.fieldCount = fieldCount ?? fields.count
        self.body = body
        self.bodyBytes = bodyBytes ?? body.readableBytes
    }

    package var isBodyCut: Bool { self.bodyBytes > self.body.readableBytes }

    /// Whether all of it is here. What is masked is here too, in another form.
    package var isWhole: Bool {
        !self.isBodyCut && self.fieldCount == self.fields.count && !self.fields.contains(where: \.isCut)
    }

    /// The value of the first header of this name, which is in small letters.
    package func first(_ name: String) -> String? {
        self.fields.first { $0.name.lowercased() == name }?.value
    }

    var costBytes: Int {
        self.body.readableBytes + self.fields.reduce(64) { $0 + $1.name.utf8.count + $1.value.utf8.count + 64 }
    }
}
