// Quoting of composed values in their input syntax: array elements, record fields, range bounds.
// Read first: AppendArrayElement.
#pragma once

#include <string>
#include <string_view>

namespace dbmocker {

// As array_in reads it: quoted unless plain; \ before " and \. A quoted NULL is the text.
void AppendArrayElement(std::string_view text, std::string& out);
// As record_in reads it: quoted unless plain; " and \ doubled. An empty text is quoted, for nothing at all is NULL.
void AppendRecordField(std::string_view text, std::string& out);
// As range_in reads it; the same rules as record_in's.
void AppendRangeBound(std::string_view text, std::string& out);
// The element of multirange_in is a range in its own syntax, not quoted.

}  // namespace dbmocker
