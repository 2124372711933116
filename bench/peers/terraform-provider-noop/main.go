// A Terraform provider that does nothing: what a plan costs with it is the floor, since it keeps what it is given and
// asks nobody.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func main() {
	options := providerserver.ServeOpts{Address: "registry.terraform.io/pulumi-zuplo/noop"}
	create := func() provider.Provider { return &noopProvider{} }
	if err := providerserver.Serve(context.Background(), create, options); err != nil {
		log.Fatal(err)
	}
}

type noopProvider struct{}

func (*noopProvider) Metadata(_ context.Context, _ provider.MetadataRequest, response *provider.MetadataResponse) {
	response.TypeName = "noop"
}

func (*noopProvider) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (*noopProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (*noopProvider) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (*noopProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &certificate{} }}
}

// certificate has the arguments that zuplo_mtls_certificate needs.
type certificate struct{}

type certificateModel struct {
	ID           types.String `tfsdk:"id"`
	NamePrefix   types.String `tfsdk:"name_prefix"`
	Certificate  types.String `tfsdk:"certificate"`
	PrivateKey   types.String `tfsdk:"private_key"`
	Environments types.Set    `tfsdk:"environments"`
}

func (*certificate) Metadata(_ context.Context, _ resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = "noop_mtls_certificate"
}

func (*certificate) Schema(_ context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	kept := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	response.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"id":           schema.StringAttribute{Computed: true, PlanModifiers: kept},
		"name_prefix":  schema.StringAttribute{Required: true},
		"certificate":  schema.StringAttribute{Required: true},
		"private_key":  schema.StringAttribute{Required: true, Sensitive: true},
		"environments": schema.SetAttribute{Required: true, ElementType: types.StringType},
	}}
}

func (*certificate) Create(ctx context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	var planned certificateModel
	response.Diagnostics.Append(request.Plan.Get(ctx, &planned)...)
	planned.ID = planned.NamePrefix
	response.Diagnostics.Append(response.State.Set(ctx, &planned)...)
}

// Read keeps the state, with which the response begins.
func (*certificate) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (*certificate) Update(ctx context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	response.State.Raw = request.Plan.Raw
}

func (*certificate) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
