import APITypes
import HTTPTypes
import Hummingbird
import JSON
import Model
import NIOCore

/// What calls are answered with.
enum Answer {
    static func json(_ object: JSONObject, status: Int = 200) -> Response {
        Response(
            status: .init(code: status),
            headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: JSONValue.object(object).bytes))
        )
    }

    /// 204.
    static var nothing: Response {
        Response(status: .noContent, headers: [.cacheControl: "no-store"])
    }

    static func failure(_ failure: Failure, _ context: APIContext) -> Response {
        var response = Self.json(
            ErrorBody.json(failure, operation: context.operation),
            status: failure.code.httpStatus
        )
        switch failure.code.httpStatus {
        case 401: response.headers[.wwwAuthenticate] = "Bearer"
        case 429: response.headers[.retryAfter] = "60"
        case 503: response.headers[.retryAfter] = "5"
        default: break
        }
        return response
    }

    static func page(_ page: ListPage, _ list: ListAddress) -> Response {
        Self.json([
            list.envelope: .array(page.items.map(JSONValue.object)),
            "uri": .string(list.uri),
            "next_page_uri": .text(page.next.map(list.uri(after:))),
        ])
    }
}

/// Where a list is found, and its next page.
struct ListAddress {
    let envelope: String
    let uri: String
    let query: ListQuery

    func uri(after id: String) -> String {
        var items = [("before_id", id), ("limit", "\(self.query.limit)")]
        if let filter = self.query.filter { items.append(("filter", filter)) }
        for (name, values) in self.query.parameters.sorted(by: { $0.key < $1.key }) {
            items += values.map { (name, $0) }
        }
        return self.uri + "?" + items.map { "\($0)=\(PercentText.encode($1))" }.joined(separator: "&")
    }
}
