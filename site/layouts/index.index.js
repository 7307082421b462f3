{{- /* The documents of the search: a page's sections. */ -}}
{{- $docs := slice -}}
{{- range site.Pages -}}
	{{- if .File -}}
		{{- $page := . -}}
		{{- $title := partial "title.html" . -}}
		{{- range $i, $part := split .Content "<h2 id=" -}}
			{{- $url := cond $page.IsHome "index.html" (strings.TrimPrefix "/" $page.RelPermalink) -}}
			{{- $heading := "" -}}
			{{- if gt $i 0 -}}
				{{- $id := index (split $part "\"") 1 -}}
				{{- $url = printf "%s#%s" $url $id -}}
				{{- $heading = index (split $part "</h2>") 0 | replaceRE `^"[^"]*">` "" | replaceRE `<a class="anchor".*` "" | plainify | htmlUnescape -}}
				{{- $part = index (split $part "</h2>") 1 | default "" -}}
			{{- end -}}
			{{- $text := $part | plainify | htmlUnescape | replaceRE `\s+` " " -}}
			{{- $docs = $docs | append (dict "id" $url "title" $title "heading" $heading "text" $text) -}}
		{{- end -}}
	{{- end -}}
{{- end -}}
const documents = {{ $docs | jsonify }};
