/// Carries requests to an ACME server.
package protocol ACMETransport: Sendable {
    func send(_ request: ACMERequest) async throws(ACMEError) -> ACMEResponse
}

package struct ACMERequest: Sendable {
    package enum Method: String, Sendable { case head = "HEAD", get = "GET", post = "POST" }

    package let method: Method
    package let url: ACMEURL
    /// JSON; empty but for a POST.
    package let body: [UInt8]

    package init(_ method: Method, _ url: ACMEURL, body: [UInt8] = []) {
        self.method = method
        self.url = url
        self.body = body
    }
}

package struct ACMEResponse: Sendable {
    package let status: Int
    /// Names in small letters.
    package let fields: [String: String]
    package let body: [UInt8]

    package init(status: Int, fields: [String: String], body: [UInt8]) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}
